/**
 * LuaJIT: its own allocator and its machine code.
 *
 * Source: src/lj_alloc.c (mmap in multiples of 128 KiB, large blocks by themselves), src/lj_mcode.c (areas of 64 KiB within jump
 * range of the interpreter), LuaJIT 2.0 and 2.1. Sample: `558503030000-558503040000 r-xp 00000000 00:00 0`
 * Cannot tell: its blocks from those of libc's malloc in a host program (nginx, HAProxy, Neovim), so there only the
 * machine code is claimed; in the `luajit` command everything writable is its heap.
 */
import { filePattern } from '../attribution/files';
import { type Claim, type View, claimMapping, claimRange, isFree } from '../attribution/view';
import { EXECUTE, isAnonymous, sizeOf } from '../mapping/mapping';
import { KIB, MIB } from '../units';
import { isPlainWritable } from './shapes';
import type { Signature } from './signature';

const FILE = filePattern(/^(luajit(-[\d.]+.*)?|libluajit-.*\.so.*)$/);

const MCODE: Claim = {
  region: 'luajit.mcode',
  category: 'code',
  confidence: 'likely',
  why: 'Executable anonymous memory beside LuaJIT: compiled traces.',
};
const HEAP: Claim = {
  region: 'luajit.heap',
  category: 'heap',
  confidence: 'likely',
  why: "Writable memory of the luajit command: LuaJIT's own allocator maps it, not malloc.",
};
const COMMAND = filePattern(/^luajit(-[\d.]+.*)?$/);
const MCODE_UNIT = 32 * KIB;

export const luajit: Signature = {
  name: 'luajit',
  files: [FILE],
  claim(view, file) {
    view.runtimes.push({
      name: 'luajit',
      version: /-(\d\.\d)/.exec(file.base)?.[1] ?? null,
      evidence: `maps ${file.name}`,
    });
    view.mappings.forEach((m, i) => {
      const code = isAnonymous(m) && (m.access & EXECUTE) !== 0 && sizeOf(m) % MCODE_UNIT === 0 && sizeOf(m) <= 4 * MIB;
      if (code && isFree(view, i)) claimMapping(view, i, MCODE);
    });
  },
};

export const luajitRest: Signature = {
  name: 'luajit-rest',
  files: [COMMAND],
  claim(view: View) {
    view.mappings.forEach((m) => {
      if (isPlainWritable(m)) claimRange(view, m.start, m.end, HEAP);
    });
  },
};
