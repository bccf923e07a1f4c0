/**
 * GraalVM native images (SubstrateVM): Java compiled ahead of time, without a JVM.
 *
 * Source: substratevm com.oracle.svm.core, heap reserved in one piece (32 GiB where references are compressed), its low end
 * shut so that a null reference is caught, above it the image heap mapped from the program's own file (section .svm_heap), then
 * chunks of 512 KiB as the collector needs them. Measured in two programs of 2025 and 2026, musl and glibc. Sample:
 *   `7fc109780000-7fc109800000 ---p`, `7fc109800000-7fc10ab00000 r--p 02a50000 /usr/bin/pkl`, `rw-p` and `r--p` of the same,
 *   `7fc10cd00000-7fc10ce80000 rw-p`, `7fc10ce80000-7fc909780000 ---p`
 * Cannot tell: which chunk is young, and the version. Nothing is said where the program does not map its own file again.
 */
import { type Claim, type View, claimMapping, touchesBelow } from '../attribution/view';
import { EXECUTE, type Mapping, SHARED, sizeOf } from '../mapping/mapping';
import { type Bytes, GIB } from '../units';
import { isPlainNone, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const SMALLEST: Bytes = GIB;

const HEAP: Claim = {
  region: 'native-image.heap',
  category: 'heap',
  confidence: 'certain',
  why: "One reservation with the program's own image heap mapped near its low end: the heap of a native image.",
};

export const nativeImage: Signature = {
  name: 'native-image',
  reserved: SMALLEST,
  claim(view) {
    for (const i of view.inaccessible) {
      if (sizeOf(view.mappings[i]!) < SMALLEST) continue;
      const from = baseOf(view, i);
      if (from === null) continue;
      for (let j = from.base; j <= i; j++) {
        const m = view.mappings[j]!;
        if (isPlainNone(m) || isPlainWritable(m)) claimMapping(view, j, HEAP);
      }
      view.runtimes.push({
        name: 'native-image',
        version: null,
        evidence: `${from.name} maps its own image heap into the reservation of its heap.`,
      });
      return;
    }
  },
};

/** The shut low end of the reservation whose high end is mapping `last`, or null where no image heap lies above it. */
function baseOf(view: View, last: number): { base: number; name: string } | null {
  let name: string | null = null;
  for (let i = last - 1; i >= 0 && touchesBelow(view, i + 1); i--) {
    const m = view.mappings[i]!;
    if (isImageHeap(m) && (name === null || m.name === name)) {
      name = m.name;
      continue;
    }
    if (name !== null) return isPlainNone(m) && isProgram(view, name) ? { base: i, name } : null;
    if (!isPlainNone(m) && !isPlainWritable(m)) return null;
  }
  return null;
}

/** Part of a file, not from its beginning, private and not code. */
function isImageHeap(m: Mapping): boolean {
  return m.inode !== 0 && m.offset > 0 && (m.access & (EXECUTE | SHARED)) === 0;
}

function isProgram(view: View, name: string): boolean {
  const file = view.files.get(name);
  return file !== undefined && file.executable && file.header;
}
