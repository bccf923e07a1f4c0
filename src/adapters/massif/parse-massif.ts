/**
 * Massif's output file → snapshots with heap trees.
 *
 * Source: valgrind's massif/ms_main.c (what writes it) and massif/ms_print.in (what reads it), valgrind 3.19. Sample:
 *   `n4: 785076224 0x403ACD: runtime.mmap (runtime/cgo_mmap.go:44)`
 *   `n0: 147456 in 1 place, below massif's threshold (1.00%)`
 * The format cannot tell reserved from committed memory, nor a mapping over another from a new one. A file that was cut
 * off keeps every snapshot before the cut; the last one keeps its totals and loses its tree.
 */
import { ParseError } from '../../core/errors';
import type { MassifFile, MassifNode, MassifSnapshot } from './massif';

const NODE = /^( *)n(\d+): (\d+) (.*)$/;
const FRAME = /^0x[0-9A-Fa-f]+: (.*)$/;
const PLACE = /^(.*) \(([^()]*)\)$/;
const BELOW = /^in \d+ places?, (?:all )?below massif's threshold \(/;
const MAX_DEPTH = 4096;

interface Cursor {
  readonly lines: readonly string[];
  readonly file: string;
  /** Index of the next line. */
  at: number;
}

/**
 * @param text the whole file
 * @param file name used in errors
 * @throws ParseError when it is not massif's format at all; a file that breaks off later is returned with `broken` set
 */
export function parseMassif(text: string, file: string): MassifFile {
  const lines = text.split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  const cursor: Cursor = { lines, file, at: 0 };
  const options = header(cursor, 'desc: ');
  const command = header(cursor, 'cmd: ');
  const timeUnit = header(cursor, 'time_unit: ');
  if (timeUnit !== 'i' && timeUnit !== 'ms' && timeUnit !== 'B') {
    throw new ParseError(file, 3, timeUnit, 'names no time unit of massif (i, ms or B)');
  }
  const snapshots: MassifSnapshot[] = [];
  let broken: ParseError | null = null;
  while (cursor.at < lines.length && !broken) {
    try {
      const { snapshot, error } = parseSnapshot(cursor);
      snapshots.push(snapshot);
      broken = error;
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      broken = error;
    }
  }
  if (snapshots.length === 0) {
    throw broken ?? new ParseError(file, lines.length, '', 'ends before the first snapshot');
  }
  return {
    options,
    command,
    timeUnit,
    pagesAsHeap: /(?:^|\s)--pages-as-heap=yes(?:\s|$)/.test(options),
    snapshots,
    broken,
  };
}

function header(cursor: Cursor, key: string): string {
  const line = cursor.lines[cursor.at] ?? '';
  if (!line.startsWith(key.trimEnd())) {
    throw new ParseError(
      cursor.file,
      cursor.at + 1,
      line,
      `is not massif's '${key.trim()}' line; is this a massif.out file?`
    );
  }
  cursor.at++;
  return line.slice(key.length).trim();
}

function parseSnapshot(cursor: Cursor): { snapshot: MassifSnapshot; error: ParseError | null } {
  rule(cursor);
  const index = number(cursor, 'snapshot=');
  rule(cursor);
  const time = number(cursor, 'time=');
  const heapBytes = number(cursor, 'mem_heap_B=');
  const extraBytes = number(cursor, 'mem_heap_extra_B=');
  const stackBytes = number(cursor, 'mem_stacks_B=');
  const line = cursor.lines[cursor.at] ?? '';
  const word = /^heap_tree=(empty|detailed|peak)$/.exec(line)?.[1];
  if (!word) throw unexpected(cursor, 'is not heap_tree=empty, detailed or peak');
  cursor.at++;
  const kind = word === 'empty' ? 'plain' : (word as 'detailed' | 'peak');
  let tree: MassifNode | null = null;
  let error: ParseError | null = null;
  if (kind !== 'plain') {
    try {
      const top = cursor.at;
      const node = parseNode(cursor, 0);
      if (node.bytes > heapBytes) {
        throw new ParseError(cursor.file, top + 1, cursor.lines[top]!, "holds more than the snapshot's mem_heap_B");
      }
      tree = node;
    } catch (caught) {
      if (!(caught instanceof ParseError)) throw caught;
      error = caught;
    }
  }
  return { snapshot: { index, time, heapBytes, extraBytes, stackBytes, kind, tree }, error };
}

function parseNode(cursor: Cursor, depth: number): MassifNode {
  const line = cursor.at;
  const match = NODE.exec(cursor.lines[line] ?? '');
  if (!match || match[1]!.length !== depth || depth > MAX_DEPTH) {
    throw unexpected(cursor, 'is not a line of the heap tree');
  }
  cursor.at++;
  const children: MassifNode[] = [];
  for (let i = Number(match[2]); i > 0; i--) children.push(parseNode(cursor, depth + 1));
  const bytes = Number(match[3]);
  if (children.reduce((total, child) => total + child.bytes, 0) > bytes) {
    throw new ParseError(cursor.file, line + 1, cursor.lines[line]!, 'holds less than the lines below it');
  }
  return { bytes, ...site(match[4]!), children };
}

function site(text: string): Pick<MassifNode, 'function' | 'place'> {
  if (BELOW.test(text)) return { function: null, place: null };
  const frame = FRAME.exec(text)?.[1] ?? text;
  const match = PLACE.exec(frame);
  return match ? { function: match[1]!, place: match[2]! } : { function: frame, place: null };
}

function rule(cursor: Cursor): void {
  if (cursor.lines[cursor.at] !== '#-----------') throw unexpected(cursor, "is not massif's rule '#-----------'");
  cursor.at++;
}

function number(cursor: Cursor, key: string): number {
  const line = cursor.lines[cursor.at] ?? '';
  const digits = line.startsWith(key) ? line.slice(key.length) : '';
  if (!/^\d+$/.test(digits)) throw unexpected(cursor, `is not '${key}' and a number`);
  cursor.at++;
  return Number(digits);
}

function unexpected(cursor: Cursor, reason: string): ParseError {
  const ended = cursor.at >= cursor.lines.length;
  return new ParseError(
    cursor.file,
    cursor.at + 1,
    cursor.lines[cursor.at] ?? '',
    ended ? 'is missing: the file is cut off' : reason
  );
}
