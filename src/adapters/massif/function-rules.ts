/**
 * Which function asked for the memory → region and category. Rules read a call chain from the system call outwards; the
 * first that matches decides. Function names are stable API of nobody, but they outlive versions: each rule names those of
 * several. Sources: Go's runtime/mem_linux.go, malloc.go, mheap.go, mpagealloc_64bit.go (1.11 to 1.27); glibc's
 * malloc/arena.c, malloc/malloc.c, nptl/allocatestack.c, elf/dl-load.c (2.31 to 2.41).
 *
 * Massif does not see protections. Go's sysReserve always asks for PROT_NONE, glibc's new_heap for a PROT_NONE heap of which
 * it opens the head: both are told as reservation here, the opened head included, since massif does not see mprotect.
 */
import type { Category } from '../../core/attribution/categories';

export interface FunctionRule {
  /** Chain of function names, system call first, joined by newlines. */
  readonly when: RegExp;
  readonly region: string;
  readonly category: Category;
  readonly why: string;
}

const rule = (when: RegExp, region: string, category: Category, why: string): FunctionRule => ({
  when,
  region,
  category,
  why,
});

const GO: readonly FunctionRule[] = [
  rule(
    /^runtime\.\(\*pageAlloc\)\.sysInit$/m,
    'go.page-summary',
    'reservation',
    'Go reserves the page tables of its allocator at start.'
  ),
  rule(
    /^runtime\.\(\*scavengeIndex\)\.sysInit$/m,
    'go.scavenge-index',
    'reservation',
    'Go reserves the index of its scavenger at start.'
  ),
  rule(/^runtime\.\(\*scavengeIndex\)\./m, 'go.scavenge-index', 'metadata', 'Go opens a part of its scavenge index.'),
  rule(/^runtime\.\(\*pageAlloc\)\.sysGrow$/m, 'go.page-summary', 'metadata', 'Go opens a part of its page tables.'),
  rule(
    /^runtime\.\(\*pageAlloc\)\.grow$/m,
    'go.page-chunks-bitmap',
    'metadata',
    'Go tracks which pages of the heap are in use.'
  ),
  rule(
    /^runtime\.sysReserve(OS|Aligned|AlignedOS)?(\.\w+)?$/m,
    'go.heap-arena',
    'reservation',
    'Go reserves the next arena of its heap.'
  ),
  rule(
    /^runtime\.sysMap(OS)?$[^]*^runtime\.\(\*mheap\)\.(sysAlloc|grow)$/m,
    'go.heap-arena',
    'heap',
    'Go opens a part of a heap arena.'
  ),
  rule(/^runtime\.persistentalloc/m, 'go.persistent-chunk', 'metadata', 'Book-keeping that Go never frees.'),
  rule(/^runtime\.(sysAlloc|sysMap)(OS)?$/m, 'go.sys-alloc', 'metadata', 'Book-keeping of the Go runtime.'),
];

const LIBC: readonly FunctionRule[] = [
  rule(/^(allocate_stack|__pthread_allocate_stack)\b/m, 'glibc.thread-stack', 'stack', 'The stack of a new thread.'),
  rule(
    /^(alloc_new_heap|new_heap|_int_new_arena)\b/m,
    'glibc.arena',
    'reservation',
    'glibc reserves a malloc arena for a thread.'
  ),
  rule(/^sysmalloc_mmap\b/m, 'glibc.mmap-chunk', 'heap', 'A large malloc with a mapping of its own.'),
  rule(/^(brk|sbrk|__sbrk|__default_morecore|__glibc_morecore)\b/m, 'libc.brk', 'heap', 'malloc grows the break.'),
  rule(
    /^(sysmalloc|_int_malloc|malloc|calloc|realloc|memalign|_int_realloc|_int_memalign)\b/m,
    'libc.malloc',
    'heap',
    'malloc asks the kernel.'
  ),
  rule(
    /^(_dl_map_segments?|_dl_map_object_from_fd|_dl_map_object|_dl_sysdep_read_whole_file|_dl_map_new_hash)\b/m,
    'elf.image',
    'code',
    'The loader maps a library.'
  ),
  rule(
    /^(_nl_load_locale|_nl_load_locale_from_archive|__gconv_load_cache)\b/m,
    'file.private',
    'file',
    'glibc maps locale data.'
  ),
  rule(
    /^(__minimal_malloc|_dl_early_allocate|_dl_allocate_tls|init_tls)\b/m,
    'libc.rtld-alloc',
    'metadata',
    'Book-keeping of the loader.'
  ),
  rule(/^_IO_file_doallocate\b/m, 'libc.malloc', 'heap', 'A buffer of stdio.'),
];

export const PAGE_RULES: readonly FunctionRule[] = [...GO, ...LIBC];

export const HEAP_RULE = rule(/^/, 'malloc', 'heap', 'Allocated with malloc, new or their like.');
export const EXTRA_RULE = rule(
  /^/,
  'malloc.overhead',
  'metadata',
  "The allocator's own headers and rounding, as massif estimates them."
);
export const STACK_RULE = rule(/^/, 'stack', 'stack', 'Stacks, as massif measures them with --stacks=yes.');
export const BEFORE_START = rule(
  /^\?\?\?$/,
  'unknown',
  'unknown',
  'Mapped before the first instruction: the program, its loader and the first stack.'
);
export const BELOW_THRESHOLD = rule(
  /^/,
  'unknown',
  'unknown',
  "Places below massif's threshold: the file does not name them."
);
export const NO_RULE = rule(
  /^/,
  'unknown',
  'unknown',
  'The program asked the kernel itself; the call does not say what for.'
);
export const NO_TREE = rule(/^/, 'unknown', 'unknown', 'Massif kept no tree for this moment.');
