/**
 * Names that programs gave to their anonymous memory with PR_SET_VMA_ANON_NAME (kernels with CONFIG_ANON_VMA_NAME).
 *
 * Source: Go runtime/set_vma_name_linux.go (1.25 and later), glibc malloc/malloc.c, malloc/arena.c and
 * nptl/allocatestack.c (2.39 and later, tunable glibc.mem.decorate_maps), jemalloc src/pages.c, mimalloc src/prim/unix,
 * google/tcmalloc system_allocator, bionic, Ruby (ruby_annotate_mmap, 3.4), PHP (zend_mmap_set_name, 8.2), CPython (pycore_mmap.h, in
 * development mode, 3.15). Sample:
 *   `7fda88000000-7fda88021000 rw-p 00000000 00:00 0      [anon: glibc: malloc arena]`
 * Cannot tell: memory that was mapped before the name was set, or that grew beyond it; geometry has claimed that.
 */
import { type Claim, claimMapping } from '../attribution/view';
import type { Signature } from './signature';

type Named = readonly [pattern: RegExp, region: string, category: Claim['category']];

const NAMES: readonly Named[] = [
  [/^ Go: heap( reservation)?$/, 'go.heap-arena', 'heap'],
  [/^ Go: (heap index)$/, 'go.arena-index-L2', 'metadata'],
  [/^ Go: page (summary|alloc)$/, 'go.page-summary', 'metadata'],
  [/^ Go: page alloc index$/, 'go.page-chunks-bitmap', 'metadata'],
  [/^ Go: scavenge index$/, 'go.scavenge-index', 'metadata'],
  [/^ Go: immortal metadata$/, 'go.persistent-chunk', 'metadata'],
  [/^ Go: OS thread stack$/, 'go.thread-stack', 'stack'],
  [/^ Go: /, 'go.sys-alloc', 'metadata'],
  [/^ glibc: malloc arena$/, 'glibc.arena', 'heap'],
  [/^ glibc: malloc$/, 'glibc.mmap-chunk', 'heap'],
  [/^ glibc: loader malloc$/, 'libc.rtld-alloc', 'metadata'],
  [/^ glibc: (pthread (user )?stack|unused stack)/, 'glibc.thread-stack', 'stack'],
  [/^ glibc: fortify/, 'libc.rtld-alloc', 'metadata'],
  [/^cpython:pymalloc/, 'cpython.pymalloc-arena', 'heap'],
  [/^cpython:.*jit/, 'cpython.jit-code', 'code'],
  [/^Ruby:.*fiber/, 'ruby.fiber-pool', 'stack'],
  [/^Ruby:.*stack/, 'ruby.native-thread-stacks', 'stack'],
  [/^Ruby:.*[yzr]jit/, 'ruby.yjit-code', 'code'],
  [/^Ruby:.*(shape|redblack)/, 'ruby.shape-tree', 'heap'],
  [/^Ruby:.*(heap|gc)/i, 'ruby.heap-page', 'heap'],
  [/^zend_alloc/, 'php.zend-mm-chunk', 'heap'],
  [/^zend_fiber_stack/, 'php.fiber-stack', 'stack'],
  [/^zend_huge_code_pages/, 'elf.text-remap', 'code'],
  [/^ ?jemalloc/, 'jemalloc.mapping', 'heap'],
  [/^ ?mimalloc/, 'mimalloc.mapping', 'heap'],
  [/^ ?tcmalloc/, 'tcmalloc.mapping', 'heap'],
  [/^ ?partition_alloc/, 'partition-alloc.mapping', 'heap'],
  [/^scudo:/, 'scudo.mapping', 'heap'],
  [/^(stack_and_tls|thread stack)/, 'bionic.thread-stack', 'stack'],
  [/^(linker_alloc|bionic_alloc|atexit|thread signal|arc4random)/, 'libc.rtld-alloc', 'metadata'],
  [/^\.bss$/, 'elf.bss', 'data'],
  [/^libc_malloc/, 'bionic.malloc', 'heap'],
  [/^dalvik-(main|zygote|large|non moving|alloc) ?space/, 'art.heap', 'heap'],
  [/^dalvik-jit-code/, 'art.jit-code', 'code'],
  [/^dalvik-/, 'art.bookkeeping', 'metadata'],
];

const PREFIX = '[anon:';

function claimFor(name: string): Claim {
  const inner = name.slice(PREFIX.length, -1);
  const known = NAMES.find(([pattern]) => pattern.test(inner));
  return {
    region:
      known?.[1] ??
      `named.${inner
        .trim()
        .replace(/[^\w-]+/g, '-')
        .slice(0, 40)}`,
    category: known?.[2] ?? 'heap',
    inaccessible: known?.[2] === 'stack' ? 'guard' : 'reservation',
    confidence: known ? 'certain' : 'likely',
    why: `The program itself names it '${inner.trim()}'.`,
  };
}

export const vmaNames: Signature = {
  name: 'vma-names',
  claim(view) {
    let lastName = '';
    let claim: Claim | null = null;
    for (let n = 0; n < view.bracketed.length; n++) {
      const { name } = view.mappings[view.bracketed[n]!]!;
      if (!name.startsWith(PREFIX)) continue;
      if (name !== lastName || !claim) {
        lastName = name;
        claim = claimFor(name);
      }
      claimMapping(view, view.bracketed[n]!, claim);
    }
  },
};
