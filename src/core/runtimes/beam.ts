/**
 * BEAM, the virtual machine of Erlang and Elixir.
 *
 * Source: erts/emulator/sys/common/erl_mmap.c (super carrier of 1 GiB for literals), erl_mseg.c (carriers), OTP 21 to 29.
 * Sample, the super carrier: a small writable head and
 *   `7f138d210000-7f13cd000000 ---p 00000000 00:00 0`
 * Its start is aligned to 256 KiB and head and tail are 1 GiB together. The JIT's memfd pair is told by its file.
 * Cannot tell: a carrier from a large request of malloc where both merged. What lies above the super carrier, and what
 * touches it from below, was mapped before the allocators of BEAM were up, so it is left to libc, except a super carrier for all
 * other memory (option +MMscs).
 */
import { type MappedFile, filePattern } from '../attribution/files';
import { type Claim, type View, claimMapping, claimRange, claimsOf, freeParts, isFree } from '../attribution/view';
import { type Mapping, sizeOf } from '../mapping/mapping';
import { type Address, GIB, KIB, MIB } from '../units';
import { isPlainNone, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const PROGRAM = filePattern(/^beam(\.(smp|jit|emu|hybrid|debug))*$/);

const SUPER_CARRIER = GIB;
const ALIGNMENT = 64 * KIB;
const CARRIER_UNIT = 512 * KIB;
const SMALLEST_MAIN = 16 * MIB;

const SUPER: Claim = {
  region: 'beam.super-carrier',
  category: 'heap',
  confidence: 'certain',
  why: 'BEAM reserves 1 GiB at start, aligned, for literals and opens it from its low end.',
};
const MAIN_SUPER: Claim = {
  region: 'beam.super-carrier',
  category: 'heap',
  confidence: 'likely',
  why: 'Whole MiB right above the reservation for literals: the super carrier that +MMscs asks for.',
};
const CARRIER: Claim = {
  region: 'beam.mseg-carrier',
  category: 'heap',
  confidence: 'likely',
  why: 'Writable memory of a BEAM process: a carrier of its allocators.',
};

function announce(view: View, file: MappedFile): void {
  const erts = /\/erts-(\d+)(\.[\d.]+)?\//.exec(file.name);
  // erts 11 came with OTP 23, and both have counted up together since.
  const version = erts && Number(erts[1]) >= 11 ? `OTP ${Number(erts[1]) + 12}` : null;
  view.runtimes.push({ name: 'beam', version, evidence: `maps ${file.name}` });
}

/** Index of the tail of the super carrier and where its head begins, or null. */
function findSuperCarrier(view: View): { readonly start: Address; readonly tail: number } | null {
  for (let i = 1; i < view.mappings.length; i++) {
    const tail = view.mappings[i]!;
    if (!isFree(view, i) || !isPlainNone(tail) || tail.end % ALIGNMENT !== 0) continue;
    const start = tail.end - SUPER_CARRIER;
    if (start < tail.start && tail.end - tail.start > SUPER_CARRIER / 2 && view.mappings[i - 1]!.end === tail.start) {
      return { start, tail: i };
    }
  }
  return null;
}

/** What the option +MMscs asks for is mapped just before the one for literals, whole MiB and writable at once. */
function isMainSuperCarrier(m: Mapping): boolean {
  return isPlainWritable(m) && sizeOf(m) >= SMALLEST_MAIN && sizeOf(m) % MIB === 0;
}

export const beam: Signature = {
  name: 'beam',
  files: [PROGRAM],
  claim(view, program) {
    announce(view, program);
    const found = findSuperCarrier(view);
    if (!found) return;
    claimMapping(view, found.tail, SUPER);
    // The head is cut into carriers; its first 64 KiB are the super carrier's own.
    claimRange(view, found.start, found.start + ALIGNMENT, SUPER);
    claimRange(view, found.start, view.mappings[found.tail]!.start, CARRIER);
    const above = view.mappings[found.tail + 1];
    if (above?.start === view.mappings[found.tail]!.end && isMainSuperCarrier(above)) {
      claimMapping(view, found.tail + 1, MAIN_SUPER);
    }
  },
};

export const beamRest: Signature = {
  name: 'beam-rest',
  runtime: 'beam',
  claim(view) {
    const borders = view.mappings.flatMap((_, i) => claimsOf(view, i).filter(({ claim }) => claim === SUPER));
    const low = borders[0]?.start ?? Infinity;
    view.mappings.forEach((m, i) => {
      if (!isPlainWritable(m) || m.start >= low) return;
      for (const part of freeParts(view, i)) {
        if (part.end === low && (part.end - part.start) % CARRIER_UNIT !== 0) continue;
        claimRange(view, part.start, part.end, CARRIER);
      }
    });
  },
};
