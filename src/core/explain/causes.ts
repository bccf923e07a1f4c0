/** Causes → words: "+512 MiB: 8 glibc arenas (64 MiB each) for new threads, 4 MiB of it usable." */
import type { Cause, CauseKind } from '../plateau/cause';
import type { InsideChange } from '../plateau/inside';
import { countWord, iec, signed } from './format';
import { runtimeName } from './names';
import { nounOf } from './region-nouns';

const NAMED = 3;
/** A cause below this share of the largest is left to the table. */
const WORTH_NAMING = 0.05;

type Wording = (cause: Cause, grew: boolean) => string;

function each({ count, numbers }: Cause): string {
  const size = numbers['each'];
  return size === undefined ? '' : ` (${iec(size)}${count === 1 ? '' : ' each'})`;
}

/** `, 4 MiB of it usable`: how much of a reservation can be touched. */
function usable({ bytes, numbers }: Cause): string {
  const amount = numbers['usable'] ?? 0;
  return bytes > 0 && amount > 0 && amount < bytes ? `, ${iec(amount)} of it usable` : '';
}

function things(cause: Cause, one: string, many: string): string {
  const { count } = cause;
  if (count === null) return many;
  return count === 1 ? `one ${one}` : `${countWord(count)} ${many}`;
}

const WORDINGS: Readonly<Record<CauseKind, Wording>> = {
  restart: () => 'the process was started anew',
  arenas: (cause, grew) => {
    const what = `${things(cause, 'glibc arena', 'glibc arenas')}${each(cause)}`;
    if (!grew) return `${what} unmapped`;
    const why = (cause.numbers['threads'] ?? 0) > 0 ? ' for new threads' : ', because more threads call malloc';
    return `${what}${why}${usable(cause)}`;
  },
  threads: (cause, grew) =>
    grew
      ? `${cause.count === 1 ? 'stack' : 'stacks'} of ${cause.count === null ? 'new threads' : things(cause, 'thread', 'threads')}${each(cause)}`
      : `${things(cause, 'thread stack', 'thread stacks')}${each(cause)} given back`,
  wasm: (cause, grew) =>
    `${things(cause, 'wasm memory', 'wasm memories')}${each(cause)}${grew ? usable(cause) : ' unmapped'}`,
  isolates: (cause, grew) =>
    `code ranges of ${things(cause, 'V8 isolate', 'V8 isolates')}${each(cause)}${grew ? `, a worker has one${usable(cause)}` : ' unmapped'}`,
  'go.heap': (cause, grew) => {
    if (!grew) return `Go gave back ${things(cause, 'heap arena', 'heap arenas')}`;
    const what =
      cause.count === 1
        ? 'the next heap arena'
        : `the next ${cause.count === null ? '' : `${countWord(cause.count)} `}heap arenas`;
    return `Go reserved ${what}${each(cause)}${usable(cause)}`;
  },
  // Neighbours merge, so a mapping may hold many blocks: what is counted is mappings.
  blocks: (cause, grew) =>
    `${cause.count === null ? 'memory' : `${things(cause, 'mapping', 'mappings')}${each(cause)}`} ${grew ? 'mapped' : 'unmapped'} by malloc or mmap${usually(cause)}`,
  file: (cause, grew) => {
    const verb = grew ? 'mapped' : 'unmapped';
    const names = cause.words['names'];
    return `${things(cause, 'file', 'files')} ${verb}${names === undefined ? '' : `: ${names}${more(cause)}`}`;
  },
  shared: (cause, grew) => `${things(cause, 'piece', 'pieces')} of shared memory ${grew ? 'mapped' : 'unmapped'}`,
  images: (cause, grew) => {
    const names = cause.words['names'];
    return names === undefined
      ? `libraries ${grew ? 'loaded' : 'unloaded'}`
      : `${names}${more(cause)} ${grew ? 'loaded' : 'unloaded'}`;
  },
  brk: (_, grew) => `the heap of malloc (brk) ${grew ? 'grew' : 'shrank'}`,
  reserved: (cause, grew) =>
    grew
      ? `${things(cause, 'range', 'ranges')}${each(cause)} reserved by the program, inaccessible${usable(cause)}`
      : `${things(cause, 'range', 'ranges')}${each(cause)} that the program had reserved unmapped`,
  region: (cause, grew) => `${nounOf(cause.region)} ${grew ? `grew${usable(cause)}` : 'shrank'}`,
  unknown: () => 'not explained by a layout',
};

function more({ numbers }: Cause): string {
  const rest = (numbers['names'] ?? 0) - NAMED;
  return rest > 0 ? ` and ${rest} more` : '';
}

/** What blocks of malloc most often are in a runtime that has a heap of its own. */
function usually({ words }: Cause): string {
  switch (words['runtime']) {
    case 'jvm':
      return ', in a JVM usually direct buffers';
    case 'node':
      return ', in Node.js usually Buffers';
    default:
      return '';
  }
}

/** What one cause is, without its size: `8 glibc arenas (64 MiB each) for new threads`. */
export function phraseOf(cause: Cause): string {
  return WORDINGS[cause.kind](cause, cause.bytes >= 0);
}

/**
 * @param bytes the step itself
 * @param causes largest first; they sum to `bytes`
 * @param over how long it took, of a ramp: `29 s`
 */
export function stepSentence(bytes: number, causes: readonly Cause[], over = ''): string {
  const head = over === '' ? signed(bytes) : `${signed(bytes)} in ${over}`;
  const [first] = causes;
  if (!first) return `${head}: nothing moved between the layouts.`;
  const named = causes.filter((cause) => Math.abs(cause.bytes) >= WORTH_NAMING * Math.abs(first.bytes)).slice(0, NAMED);
  if (named.length === 1 && Math.sign(first.bytes) === Math.sign(bytes)) return `${head}: ${phraseOf(first)}.`;
  const parts = named.map((cause) => `${signed(cause.bytes)} ${phraseOf(cause)}`);
  return `${head}: ${parts.join('; ')}.`;
}

/** "Looks like ...": the step's size and the runtime say so, no layout does. */
export function hedgedSentence(bytes: number, cause: Cause): string {
  const runtime = cause.words['runtime'];
  const why =
    runtime === undefined ? 'told by the size of the step' : `told by the size of the step and ${runtimeName(runtime)}`;
  return `${signed(bytes)}: looks like ${phraseOf(cause)}; ${why}, no layout covers that moment.`;
}

/** "Inside: the Go heap took 200 MiB out of its reservation." Empty when nothing moved. */
export function insideSentence(changes: readonly InsideChange[]): string {
  if (changes.length === 0) return '';
  const parts = changes.slice(0, NAMED).map(({ region, bytes }) => {
    const size = iec(Math.abs(bytes));
    return bytes > 0
      ? `${nounOf(region)} took ${size} out of its reservation`
      : `${nounOf(region)} gave ${size} back to its reservation`;
  });
  return `Inside: ${parts.join('; ')}.`;
}
