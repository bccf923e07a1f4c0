/**
 * Program images: executables and shared libraries.
 *
 * Source: fs/binfmt_elf.c (elf_load, set_brk), glibc elf/dl-map-segments.h and elf/dl-reloc.c (_dl_protect_relro), and
 * the PT_LOAD order that GNU ld, gold, lld and Go's linker write. An image is a run of mappings of one file with
 * ascending offsets, at least one of them executable:
 *   `7f0e6b9fe000-7f0e6ba24000 r--p 00000000 08:01 1234   /usr/lib/x86_64-linux-gnu/libc.so.6`   headers and constants
 *   `7f0e6ba24000-7f0e6bb7a000 r-xp 00026000 08:01 1234   /usr/lib/x86_64-linux-gnu/libc.so.6`   text
 * What maps cannot tell: where .bss ends when other memory touches it (see `bssEnd`), and RELRO that one link editor
 * puts into the same page as .data. The file itself would say; it is not read, because the process may be elsewhere.
 */
import { type MappedFile, filePattern, isMatch } from '../attribution/files';
import { type Claim, type View, claimMapping, claimRange, freeParts } from '../attribution/view';
import { EXECUTE, type Mapping, READ, SHARED, WRITE, isInaccessible, sizeOf } from '../mapping/mapping';
import { type Address, GIB, KIB, MIB } from '../units';
import { libcOf } from './libc';
import { arenaStart, hasFlag, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const part = (region: string, category: Claim['category'], why: string): Claim => ({
  region,
  category,
  inaccessible: 'guard',
  confidence: 'certain',
  why,
});

const TEXT = part('elf.text', 'code', 'Executable mapping of a program file.');
const REMAP = part('elf.text-remap', 'code', 'A second mapping of program text, away from its image.');
const CONSTANTS = part('elf.rodata', 'code', 'Read-only part of a program image.');
const RELRO = part('elf.relro', 'data', 'Read-only after relocation: the part of an image just below its data.');
const DATA = part('elf.data', 'data', 'Writable private part of a program image.');
const PAD = part('elf.pad', 'guard', 'Inaccessible gap between the segments of a program image.');
const AS_DATA = part('file.elf-as-data', 'file', 'A program file mapped read-only as plain data.');
const BSS: Claim = {
  region: 'elf.bss',
  category: 'data',
  confidence: 'likely',
  why: 'Anonymous writable memory that begins where the data of an image ends: zero-initialised variables.',
};

/** A .bss that any library may have, less than what malloc maps; a bigger one needs a library of at least three times its size. */
const LIBRARY_BSS = 128 * KIB;
/** Allocators map in multiples of this; a .bss with such a neighbour is a few pages more than a multiple. */
const ALLOCATOR_STEP = 256 * KIB;
const FEW_PAGES = 16 * KIB;
/** Large images begin at a border of huge pages. */
const MOST_PADDING = 2 * MIB;
/** Images that were linked for fixed addresses lie here: programs, never libraries. */
const FIXED_BELOW = 4 * GIB;
/** A library that others depend on, unlike a plug-in, which a program loads when it runs. */
const VERSIONED = /\.so\.\d/;
/** Allocators and sanitizers keep their tables in .bss: more of it than code. */
const ALLOCATOR = /^lib(jemalloc|tcmalloc|mimalloc|hoard|snmalloc|gc\.|[atl]san|ubsan|hwasan)/;

/** Managed assemblies are mapped by their runtime section by section; they are not images of the dynamic linker. */
const ASSEMBLY = filePattern(/\.(dll|exe|winmd)$/i);
const SYMBOLS = filePattern(/\.so(\.|$)|\.debug$/);
const C_LIBRARY = filePattern(/^libc(\.so\.6|-\d\.\d+\.so)$/);

/**
 * An image maps its own header, and something of it can run; heap dumps and archives of runtimes begin farther in. A program may run
 * from a memfd (container runtimes do); a JIT's memfd is shared between its two views.
 */
function isImage(view: View, file: MappedFile): boolean {
  if (!file.executable || !file.header || (file.shared && file.memory)) return false;
  const foreign = (file.memory && !file.name.startsWith('/memfd:')) || isMatch(file, ASSEMBLY);
  // Bun's npm package calls its program bun.exe on every system; programs are linked to where no assembly is mapped.
  const linked = file.writable && !file.memory && view.mappings[file.mappings[0]!]!.start < FIXED_BELOW;
  return !foreign || file.name === view.snapshot.exe || linked;
}

/** One load of a file: some of its mappings, neighbours in address and ascending in offset, with only its own gaps between. */
interface Load {
  readonly image: MappedFile;
  /** Positions in `image.mappings`, the last exclusive. */
  readonly from: number;
  readonly to: number;
}

function splitLoads(view: View, image: MappedFile): Load[] {
  const { mappings } = image;
  const loads: Load[] = [];
  let from = 0;
  for (let n = 1; n < mappings.length; n++) {
    const before = view.mappings[mappings[n - 1]!]!;
    const m = view.mappings[mappings[n]!]!;
    // The distance in memory follows the distance in the file, give or take segment alignment (2 MiB at most, twice).
    const drift = m.start - before.start - (m.offset - before.offset);
    // Padding goes on behind the page that text and data share, which data begin with again.
    const back = isInaccessible(before) ? view.pageSize : 0;
    if (m.offset >= before.offset - back && drift >= -4 * MIB && drift <= 64 * MIB && !(m.access & SHARED)) continue;
    loads.push({ image, from, to: n });
    from = n;
  }
  loads.push({ image, from, to: mappings.length });
  return loads;
}

/** Position of the first mapping of a load that has these permissions of those in `mask`, or -1. */
function firstOf(view: View, { image, from, to }: Load, mask: number, access: number): number {
  for (let n = from; n < to; n++) if ((view.mappings[image.mappings[n]!]!.access & mask) === access) return n;
  return -1;
}

function claimLoad(view: View, load: Load, isProgram: boolean): void {
  const { from, to } = load;
  const { mappings } = load.image;
  const firstText = firstOf(view, load, EXECUTE, EXECUTE);
  if (firstText < 0) {
    for (let n = from; n < to; n++) {
      if (!(view.mappings[mappings[n]!]!.access & WRITE)) claimMapping(view, mappings[n]!, AS_DATA);
    }
    return;
  }
  if (to - from === 1 && view.mappings[mappings[from]!]!.offset > 0) {
    claimMapping(view, mappings[from]!, REMAP);
    return;
  }
  const firstData = firstOf(view, load, WRITE | EXECUTE, WRITE);
  for (let n = from; n < to; n++) {
    const m = view.mappings[mappings[n]!]!;
    let claim = CONSTANTS;
    if (isInaccessible(m)) claim = PAD;
    else if (m.access & EXECUTE) claim = TEXT;
    else if (m.access & WRITE || (firstData >= 0 && n > firstData)) claim = DATA;
    else if (n === firstData - 1 && n > firstText && isRelro(view.mappings[mappings[n - 1]!]!, m)) claim = RELRO;
    claimMapping(view, mappings[n]!, claim);
  }
  if (firstData >= 0) claimInnerBss(view, load);
  if (firstData >= 0 || isProgram) claimBss(view, mappings[to - 1]!, load.image, isProgram);
}

function isData(m: Mapping): boolean {
  return (m.access & (WRITE | EXECUTE)) === WRITE;
}

/** RELRO starts a segment of its own: it does not go on where the file's constants end. */
function isRelro(below: Mapping, m: Mapping): boolean {
  if ((below.access & (READ | WRITE | EXECUTE)) === READ || isInaccessible(below)) return true;
  return m.start - below.start !== m.offset - below.offset;
}

/** Some images keep .bss between two of their data segments. */
function claimInnerBss(view: View, { image, from, to }: Load): void {
  for (let n = from + 1; n < to; n++) {
    const below = view.mappings[image.mappings[n - 1]!]!;
    const above = view.mappings[image.mappings[n]!]!;
    if (isData(below) && above.start > below.end) claimRange(view, below.end, above.start, BSS);
  }
}

function claimBss(view: View, last: number, image: MappedFile, isProgram: boolean): void {
  let end = view.mappings[last]!.end;
  // A VMA name or a flag may cut the .bss of the program in two.
  for (let index = last + 1; index < view.mappings.length; index++) {
    const m = view.mappings[index]!;
    if (m.start !== end || !isPlainWritable(m) || isOther(view, index)) return;
    const free = view.ledger[index] === undefined ? m : freeParts(view, index)[0];
    if (free?.start !== m.start) return;
    const bss = isProgram ? free.end : Math.min(free.end, bssEnd(view, index, image, free.end));
    if (bss === m.end) claimMapping(view, index, BSS);
    else claimRange(view, m.start, bss, BSS);
    if (!isProgram) return;
    end = m.end;
  }
}

/**
 * The kernel reserves .bss, and what it does not reserve was mapped for something else; so were stacks with guard markers and the
 * head of a malloc arena.
 */
function isOther(view: View, index: number): boolean {
  if (hasFlag(view, index, 'nr') || hasFlag(view, index, 'gu')) return true;
  return index + 1 < view.mappings.length && arenaStart(view, index + 1) === view.mappings[index]!.start;
}

/**
 * Nothing else can touch the program's data. A library is loaded below older mappings and may touch them; but what lies above the
 * C library was loaded before the program ran, so that its older neighbours are libraries, too.
 * @param end where the memory ends that nobody has claimed
 */
function bssEnd(view: View, index: number, image: MappedFile, end: Address): Address {
  const m = view.mappings[index]!;
  const size = end - m.start;
  const libc = view.files.first(C_LIBRARY);
  if (libc && view.mappings[libc.mappings[0]!]!.start < m.start && isBelowImage(view, index)) return m.end;
  // malloc writes a header to what it maps.
  const entry = view.smaps?.[index];
  if (entry?.rss === 0 && entry.swap === 0) return m.end;
  // musl's malloc fills holes with blocks of a few pages, where glibc's has brk.
  if (size > FEW_PAGES && libcOf(view).name === 'musl' && !isBelowImage(view, index)) return m.start + view.pageSize;
  if (size <= Math.max(LIBRARY_BSS, image.bytes / 3) || ALLOCATOR.test(image.base)) return m.end;
  // Without smaps: others depend on a library with a version, so that both are loaded at once and nothing is mapped between.
  if (!entry && size <= image.bytes && VERSIONED.test(image.base) && isBelowImage(view, index)) return m.end;
  const rest = size % ALLOCATOR_STEP;
  return m.start + (rest > 0 && rest <= FEW_PAGES ? rest : view.pageSize);
}

/** The next file above is an image, and at most a small block of the dynamic linker lies between. */
function isBelowImage(view: View, index: number): boolean {
  let above = view.mappings[index + 1];
  if (above && isPlainWritable(above) && sizeOf(above) <= LIBRARY_BSS) above = view.mappings[index + 2];
  if (!above || above.offset > 0 || above.start - view.mappings[index]!.end > MOST_PADDING) return false;
  return view.files.get(above.name)?.executable === true;
}

/** The image that the kernel started: named by /proc/PID/exe, else the one below its brk area, else the lowest. */
function programOf(view: View, images: readonly MappedFile[]): MappedFile | undefined {
  const exe = view.snapshot.exe === null ? undefined : view.files.get(view.snapshot.exe);
  if (exe?.executable) return exe;
  const heap = view.bracketed.find((index) => view.mappings[index]!.name === '[heap]') ?? -1;
  let program = images[0];
  for (let n = 1; n < images.length && images[n]!.mappings[0]! < heap; n++) program = images[n];
  return program;
}

export const elf: Signature = {
  name: 'elf',
  claim(view) {
    const files = view.files.values();
    const images: MappedFile[] = [];
    for (let n = 0; n < files.length; n++) {
      const file = files[n]!;
      if (isImage(view, file)) images.push(file);
      else if (!file.executable && !file.writable && isMatch(file, SYMBOLS)) {
        for (const index of file.mappings) claimMapping(view, index, AS_DATA);
      }
    }
    const program = programOf(view, images);
    for (let n = 0; n < images.length; n++) {
      const image = images[n]!;
      const loads = splitLoads(view, image);
      for (let k = 0; k < loads.length; k++) {
        const load = loads[k]!;
        if (image.shared && firstOf(view, load, SHARED, SHARED) >= 0) continue;
        const fixed = view.mappings[image.mappings[load.from]!]!.start < FIXED_BELOW;
        claimLoad(view, load, k === 0 && (fixed || image === program));
      }
    }
  },
};
