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
import { isPlain, isPlainNone } from './shapes';
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
    for (const file of view.files.values()) {
      if (!file.executable || !file.header) continue;
      for (const index of file.mappings) {
        const tail = isImageHeap(view.mappings[index]!) ? tailOf(view, index) : null;
        if (tail === null) continue;
        for (let j = index - 1; j <= tail; j++) if (isPlain(view.mappings[j]!)) claimMapping(view, j, HEAP);
        const evidence = `${file.name} maps its own image heap into the reservation of its heap.`;
        view.runtimes.push({ name: 'native-image', version: null, evidence });
        return;
      }
    }
  },
};

/** The shut high end of the reservation whose image heap begins with mapping `first`, or null where it is in none. */
function tailOf(view: View, first: number): number | null {
  if (!touchesBelow(view, first) || !isPlainNone(view.mappings[first - 1]!)) return null;
  const { name } = view.mappings[first]!;
  for (let i = first + 1; touchesBelow(view, i); i++) {
    const m = view.mappings[i]!;
    if (isPlainNone(m) && sizeOf(m) >= SMALLEST) return i;
    if (!isPlain(m) && !(isImageHeap(m) && m.name === name)) return null;
  }
  return null;
}

/** Part of a file, not from its beginning, private and not code. */
function isImageHeap(m: Mapping): boolean {
  return m.inode !== 0 && m.offset > 0 && (m.access & (EXECUTE | SHARED)) === 0;
}
