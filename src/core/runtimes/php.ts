/**
 * PHP: the chunks of the Zend memory manager, and the stacks of fibers. (Opcache's shared memory and JIT buffer are told by their
 * file.)
 *
 * Source: Zend/zend_alloc.c (ZEND_MM_CHUNK_SIZE = 2 MiB, aligned; huge blocks begin on the same border and are whole pages), Zend/zend_fibers.c
 * (ZEND_FIBER_DEFAULT_C_STACK_SIZE = 2 MiB above one guard page, 8.1 and later), ext/pcre/php_pcre.c (PCRE_JIT_STACK_MAX_SIZE =
 * 192 KiB), PHP 7.0 to 8.4. Sample, a chunk (the upper 2 MiB) and a fiber:
 *   `7f2a93fff000-7f2a94200000 rw-p 00000000 00:00 0`
 *   `7f60a71fa000-7f60a71fb000 ---p 00000000 00:00 0`
 *   `7f60a71fb000-7f60a73fb000 rw-p 00000000 00:00 0`
 * Cannot tell: a chunk from a malloc chunk that happens to cover an aligned 2 MiB; in a PHP process that is rare. Fibers whose
 * stack size was set by the program (`fiber.stack_size`) are left to the rules for threads.
 */
import { filePattern, findFile, hasPath } from '../attribution/files';
import { type Claim, type View, claimRange, freeParts, isFree } from '../attribution/view';
import { sizeOf } from '../mapping/mapping';
import { type Address, KIB, MIB } from '../units';
import { alignDown, alignUp, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const FILE = filePattern(/^(php(-fpm|-cgi)?\d*(\.\d+)?|libphp[\d.]*\.so|mod_php[\d.]*\.so)$/);

const PCRE = filePattern(/^libpcre2?-8\.so/);

const CHUNK = 2 * MIB;
const FIBER_STACK = 2 * MIB;
const PCRE_STACK = 192 * KIB;

const ZEND: Claim = {
  region: 'php.zend-mm-chunk',
  category: 'heap',
  confidence: 'likely',
  why: 'Aligned to 2 MiB in a PHP process: a chunk of the Zend memory manager.',
};
const FIBER: Claim = {
  region: 'php.fiber-stack',
  category: 'stack',
  inaccessible: 'guard',
  confidence: 'likely',
  why: 'A guard page below 2 MiB in a PHP process: the stack of a fiber.',
};
const PCRE_JIT: Claim = {
  region: 'pcre2.jit-stack',
  category: 'metadata',
  confidence: 'likely',
  why: 'PHP gives the code of regular expressions a stack of 192 KiB.',
};

/** Before the chunks: a stack may fill two aligned MiB. Threads have the same shape where the limit of the stack is 2 MiB. */
function claimFibers(view: View): void {
  if (view.snapshot.limits?.stack === FIBER_STACK) return;
  const alone = view.snapshot.status?.threads === 1;
  for (const i of view.inaccessible) {
    const guard = view.mappings[i]!;
    const stack = view.mappings[i + 1];
    if (!stack || stack.start !== guard.end || !isPlainWritable(stack) || !isFree(view, i)) continue;
    // Kernels before 6.7 join a stack and what lies above it; without threads nothing else has such a guard.
    if (sizeOf(stack) !== FIBER_STACK && !(alone && sizeOf(stack) > FIBER_STACK)) continue;
    claimRange(view, stack.start - view.pageSize, stack.start + FIBER_STACK, FIBER);
  }
}

/** Before images: a chunk right above a library that was loaded late is not its .bss. */
export const phpChunks: Signature = {
  name: 'php-chunks',
  files: [FILE],
  claim(view: View) {
    for (const i of view.writable) {
      const m = view.mappings[i]!;
      const below = view.mappings[i - 1];
      if (m.name !== '' || m.end % CHUNK !== 0 || sizeOf(m) < CHUNK || sizeOf(m) >= 2 * CHUNK) continue;
      if (below?.end === m.start && hasPath(below) && isFree(view, i)) claimRange(view, m.end - CHUNK, m.end, ZEND);
    }
  },
};

export const php: Signature = {
  name: 'php',
  files: [FILE],
  claim(view, file) {
    view.runtimes.push({
      name: 'php',
      version: /(\d+\.\d+)/.exec(file.base)?.[1] ?? null,
      evidence: `maps ${file.name}`,
    });
    claimFibers(view);
    const pcre = findFile(view.files, PCRE) !== undefined;
    for (const i of view.writable) {
      if (view.mappings[i]!.name !== '') continue;
      for (const part of freeParts(view, i)) {
        if (pcre && part.end - part.start === PCRE_STACK && isIdle(view, i)) {
          claimRange(view, part.start, part.end, PCRE_JIT);
        } else {
          claimChunks(view, part.start, part.end);
        }
      }
    }
  },
};

/** A stack of its own is hardly touched; without smaps a malloc chunk of the size is as likely. */
function isIdle(view: View, index: number): boolean {
  const entry = view.smaps?.[index];
  return entry !== undefined && entry.rss + entry.swap < PCRE_STACK / 2;
}

/**
 * A chunk is mapped at its exact size, so it ends where the mapping ends or begins where it begins; a huge block that begins
 * there is as long as the mapping.
 */
function claimChunks(view: View, from: Address, to: Address): void {
  const start = alignUp(from, CHUNK);
  const whole = alignDown(to, CHUNK);
  if (whole <= start) return;
  if (start === from || whole === to) claimRange(view, start, to, ZEND);
}
