/**
 * The file in which a JIT compiler writes its code for `perf inject`. One page of it is mapped executable, only to leave a mark in the
 * events of perf; nothing of it runs.
 *
 * Source: the kernel's tools/perf/Documentation/jitdump-specification.txt (`jit-PID.dump`); BEAM with +JPperf, V8 with --perf-prof,
 * CPython with -X perf_jit, the agent of perf for the JVM. Sample:
 *   `7f13f47d5000-7f13f47d6000 r-xp 00000000 fe:00 13107249   /tmp/jit-7313.dump`
 * Cannot tell: a dump under another name.
 */
import { filePattern } from '../attribution/files';
import { type Claim, claimMapping } from '../attribution/view';
import type { Signature } from './signature';

const DUMP = filePattern(/^jit-\d+\.dump$/);

const MARK: Claim = {
  region: 'file.private',
  category: 'file',
  confidence: 'certain',
  why: 'A page of the file in which a compiler writes its code for perf, mapped as a mark.',
};

/** Before images: it looks like one. */
export const perfDump: Signature = {
  name: 'perf-dump',
  files: [DUMP],
  claim(view, dump) {
    for (const index of dump.mappings) claimMapping(view, index, MARK);
  },
};
