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
import { type MappedFile, filePattern } from '../attribution/files';
import { type Claim, type View, claimMapping, claimRange, freeParts } from '../attribution/view';
import { EXECUTE, type Mapping, READ, SHARED, WRITE, isInaccessible, sizeOf } from '../mapping/mapping';
import { type Bytes, GIB, KIB, MIB } from '../units';
import { isPlainWritable } from './shapes';
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

/** A .bss that any library may have; a bigger one needs a library of at least three times its size. */
const LIBRARY_BSS = 192 * KIB;
/** Allocators map in multiples of this; a .bss with such a neighbour is a few pages more than a multiple. */
const ALLOCATOR_STEP = 256 * KIB;
const FEW_PAGES = 16 * KIB;
/** Images that were linked for fixed addresses lie here: programs, never libraries. */
const FIXED_BELOW = 4 * GIB;
/** Allocators and sanitizers keep their tables in .bss: more of it than code. */
const ALLOCATOR = /^lib(jemalloc|tcmalloc|mimalloc|hoard|snmalloc|gc\.|[atl]san|ubsan|hwasan)/;

/** Managed assemblies are mapped by their runtime section by section; they are not images of the dynamic linker. */
const ASSEMBLY = filePattern(/\.(dll|exe|winmd)$/i);
const SYMBOLS = filePattern(/\.so(\.|$)|\.debug$/);
const C_LIBRARY = filePattern(/^libc(\.so\.6|-\d\.\d+\.so)$/);

/** An image maps its own header, and something of it can run; heap dumps and archives of runtimes begin farther in. */
function isImage(view: View, file: MappedFile): boolean {
  if (!file.executable) return false;
  const foreign = file.matches.includes(ASSEMBLY) || (file.memory && !file.name.startsWith('/memfd:'));
  // Bun's npm package calls its program bun.exe on every system.
  if (foreign && file.name !== view.snapshot.exe) return false;
  let header = false;
  let shared = false;
  for (const index of file.mappings) {
    const m = view.mappings[index]!;
    if (m.offset === 0) header = true;
    if (m.access & SHARED) shared = true;
  }
  // A program may run from a memfd (container runtimes do); a JIT's memfd is shared between its two views.
  return header && !(shared && file.memory);
}

/** Indices of one load of a file: neighbours in address and ascending in offset, with only its own gaps between. */
function splitLoads(view: View, file: MappedFile): number[][] {
  const loads: number[][] = [];
  let load: number[] = [];
  for (const index of file.mappings) {
    const m = view.mappings[index]!;
    const before = load.length > 0 ? view.mappings[load[load.length - 1]!]! : undefined;
    // The distance in memory follows the distance in the file, give or take segment alignment (2 MiB at most, twice).
    const drift = before ? m.start - before.start - (m.offset - before.offset) : 0;
    if (before && (m.offset < before.offset || drift < -4 * MIB || drift > 64 * MIB || m.access & SHARED)) {
      loads.push(load);
      load = [];
    }
    load.push(index);
  }
  if (load.length > 0) loads.push(load);
  return loads;
}

function claimLoad(view: View, load: readonly number[], image: MappedFile, isProgram: boolean, fileBytes: Bytes): void {
  const at = (n: number): Mapping => view.mappings[load[n]!]!;
  const firstText = load.findIndex((index) => view.mappings[index]!.access & EXECUTE);
  const firstData = load.findIndex((index) => isData(view.mappings[index]!));
  if (firstText < 0) {
    for (const index of load) if (!(view.mappings[index]!.access & WRITE)) claimMapping(view, index, AS_DATA);
    return;
  }
  if (load.length === 1 && at(0).offset > 0) {
    claimMapping(view, load[0]!, REMAP);
    return;
  }
  load.forEach((index, n) => {
    const m = view.mappings[index]!;
    if (isInaccessible(m)) claimMapping(view, index, PAD);
    else if (m.access & EXECUTE) claimMapping(view, index, TEXT);
    else if (m.access & WRITE) claimMapping(view, index, DATA);
    else if (firstData >= 0 && n > firstData) claimMapping(view, index, DATA);
    else if (n === firstData - 1 && n > firstText && isRelro(at(n - 1), m)) claimMapping(view, index, RELRO);
    else claimMapping(view, index, CONSTANTS);
  });
  if (firstData >= 0) claimInnerBss(view, load);
  if (firstData >= 0 || isProgram) claimBss(view, load[load.length - 1]!, image, isProgram, fileBytes);
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
function claimInnerBss(view: View, load: readonly number[]): void {
  for (let n = 1; n < load.length; n++) {
    const below = view.mappings[load[n - 1]!]!;
    const above = view.mappings[load[n]!]!;
    if (isData(below) && above.start > below.end) claimRange(view, below.end, above.start, BSS);
  }
}

function claimBss(view: View, last: number, image: MappedFile, isProgram: boolean, fileBytes: Bytes): void {
  let end = view.mappings[last]!.end;
  // A VMA name or a flag may cut the .bss of the program in two.
  for (let index = last + 1; index < view.mappings.length; index++) {
    const m = view.mappings[index]!;
    if (m.start !== end || !isPlainWritable(m)) return;
    const free = freeParts(view, index)[0];
    if (free?.start !== m.start) return;
    claimRange(view, m.start, isProgram ? free.end : Math.min(free.end, bssEnd(view, m, image, fileBytes)), BSS);
    if (!isProgram) return;
    end = m.end;
  }
}

/**
 * Nothing else can touch the program's data. A library is loaded below older mappings and may touch them; but what lies above the
 * C library was loaded before the program ran, so that its older neighbours are libraries, too.
 */
function bssEnd(view: View, m: Mapping, image: MappedFile, fileBytes: Bytes): number {
  const size = sizeOf(m);
  const libc = view.files.first(C_LIBRARY);
  if (libc && view.mappings[libc.mappings[0]!]!.start < m.start) return m.end;
  if (size <= Math.max(LIBRARY_BSS, fileBytes / 3) || ALLOCATOR.test(image.base)) return m.end;
  const rest = size % ALLOCATOR_STEP;
  return m.start + (rest > 0 && rest <= FEW_PAGES ? rest : view.pageSize);
}

function fileBytesOf(view: View, file: MappedFile): Bytes {
  let bytes = 0;
  for (const index of file.mappings) bytes += sizeOf(view.mappings[index]!);
  return bytes;
}

/** The image that the kernel started: named by /proc/PID/exe, else the one below its brk area, else the lowest. */
function programOf(view: View, images: readonly MappedFile[]): MappedFile | undefined {
  const exe = view.snapshot.exe === null ? undefined : view.files.get(view.snapshot.exe);
  if (exe?.executable) return exe;
  const heap = view.bracketed.find((index) => view.mappings[index]!.name === '[heap]');
  const below = heap === undefined ? [] : images.filter((image) => image.mappings[0]! < heap);
  return below.at(-1) ?? images[0];
}

export const elf: Signature = {
  name: 'elf',
  claim(view) {
    const images = view.files.values().filter((file) => isImage(view, file));
    const program = programOf(view, images);
    for (const file of images) {
      const bytes = fileBytesOf(view, file);
      const loads = splitLoads(view, file);
      loads.forEach((load, n) => {
        if (load.some((index) => view.mappings[index]!.access & SHARED)) return;
        const fixed = view.mappings[load[0]!]!.start < FIXED_BELOW;
        claimLoad(view, load, file, n === 0 && (fixed || file === program), bytes);
      });
    }
    for (const file of view.files.values()) {
      if (file.executable || file.writable || !file.matches.includes(SYMBOLS)) continue;
      for (const index of file.mappings) claimMapping(view, index, AS_DATA);
    }
  },
};
