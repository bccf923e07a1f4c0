/**
 * HotSpot, JDK 8 to 27, every collector. Detected by libjvm.so; the parts are in the files beside this one, each with its
 * source and sample. The order matters: what has the most particular shape is taken first, so that the rule for the
 * collector's tables meets nothing but them, arenas of glibc and plain memory.
 */
import { type Claim, type View, claimMapping, isFree, touchesAbove, touchesBelow } from '../../attribution/view';
import { filePattern } from '../../attribution/files';
import { READ, WRITE, isAnonymous, isInaccessible, sizeOf } from '../../mapping/mapping';
import type { Signature } from '../signature';
import { claimClasses, isArchive } from './classes';
import { claimCodeCache } from './code-cache';
import { releaseOf } from './facts';
import { claimGcStructures } from './gc';
import { claimJavaHeap } from './java-heap';
import { claimThreadStacks } from './threads';

const LIBRARY = filePattern(/^libjvm\.so$/);

const COUNTERS: Claim = {
  region: 'jvm.internal',
  category: 'metadata',
  confidence: 'certain',
  why: 'hsperfdata: the performance counters that jps and jstat read.',
};

const POLLING: Claim = {
  region: 'jvm.safepoint-page',
  category: 'metadata',
  inaccessible: 'metadata',
  confidence: 'likely',
  why: 'A read-only anonymous page beside an inaccessible one: threads poll it to stop at a safepoint.',
};

const POISON: Claim = {
  region: 'jvm.internal',
  category: 'metadata',
  confidence: 'likely',
  why: 'One inaccessible page directly above the safepoint pages.',
};

export const jvm: Signature = {
  name: 'jvm',
  files: [LIBRARY],
  claim(view, library) {
    const release = releaseOf(library.name);
    claimSmallPages(view);
    claimCodeCache(view);
    const era = claimClasses(view, release);
    view.runtimes.push({
      name: 'jvm',
      version: release === null ? null : String(release),
      evidence: `${library.name} is mapped${era ? `; its class data is laid out as by ${era}` : ''}.`,
    });
    const heap = claimJavaHeap(view);
    claimThreadStacks(view);
    claimGcStructures(view, heap);
  },
};

function claimSmallPages(view: View): void {
  for (const file of view.files.values()) {
    if (!file.name.includes('/hsperfdata_')) continue;
    for (const i of file.mappings) claimMapping(view, i, COUNTERS);
  }
  view.mappings.forEach((m, i) => {
    // JDK 10+: a bad page below, a good one above; JDK 8: one read-only page above a writable one.
    if (m.inode !== 0 || (m.access & (READ | WRITE)) !== READ || sizeOf(m) !== view.pageSize) return;
    if (!isAnonymous(m) || !isFree(view, i) || !touchesBelow(view, i)) return;
    const below = view.mappings[i - 1]!;
    if (!isAnonymous(below) || sizeOf(below) !== view.pageSize || isArchive(below)) return;
    claimMapping(view, i - 1, POLLING);
    claimMapping(view, i, POLLING);
    const above = view.mappings[i + 1];
    if (above && touchesAbove(view, i) && isInaccessible(above) && sizeOf(above) === view.pageSize) {
      claimMapping(view, i + 1, POISON);
    }
  });
}
