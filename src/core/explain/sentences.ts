/**
 * Findings → words. Every number comes from the finding. Present tense; "costs no RAM" is said of inaccessible memory
 * only, "resident" only of what was measured; the remedy stands apart and only where there is one.
 */
import type { Finding, FindingKind } from './finding';
import { insideSentence } from './causes';
import { nounOf } from './region-nouns';
import { RESERVATION_WORDS } from './reservation-words';
import { MIB } from '../units';
import { capitalized, countWord, exactAndIec, iec, printable, share, withSeparators } from './format';

export interface Sentence {
  readonly text: string;
  /** What to do, or null where there is nothing to do. */
  readonly advice: string | null;
}

type Wording = (finding: Finding, number: (name: string) => number) => Sentence;

/** The next whole MiB: a limit that people set. */
const mib = (bytes: number): string => withSeparators(Math.ceil(bytes / MIB));

const say = (text: string, advice: string | null = null): Sentence => ({ text, advice });

/** ` 12 MiB of it is resident.`, or nothing when resident sizes were not read. */
function residentOf({ numbers }: Finding, subject = 'of it is resident'): string {
  const resident = numbers['resident'];
  if (resident === undefined) return '';
  return resident === 0 ? ` Nothing ${subject}.` : ` ${iec(resident)} ${subject}.`;
}

/** Last part of a path, short enough for a sentence. */
function fileName(path: string): string {
  const name = printable(path.slice(path.lastIndexOf('/') + 1));
  return name.length > 36 ? `${name.slice(0, 33)}...` : name;
}

const WORDINGS: Readonly<Record<FindingKind, Wording>> = {
  unknown: ({ bytes }, n) =>
    say(`${exactAndIec(bytes)}, ${share(bytes, n('virtual'))} of the whole, is not explained.`),

  ramp: ({ bytes, words }, n) =>
    say(
      `VSZ grows since ${words['since']}: ${iec(bytes)} in ${words['took']}, ${iec(n('perHour'))} an hour${words['cause'] === undefined ? '' : `, by ${words['cause']}`}.`,
      'Look at the regions that grow in the difference of two instants.'
    ),

  'step.unknown': ({ words }, n) =>
    say(
      `VSZ ${n('change') < 0 ? 'fell' : 'rose'} by ${words['size']} at ${words['time']} and no layout covers that moment. The step is shown as unknown.`,
      'Run the collector here to have the next one explained.'
    ),

  'limit.hole': ({ numbers, words }, n) => {
    const gets = numbers['grown'] === undefined ? 'starts' : 'gets to its present size';
    return say(
      `Under RLIMIT_AS ${words['runtime']} ${gets} from ${withSeparators(n('from'))} B (${mib(n('from'))} MiB), fails from ` +
        `${mib(n('failsFrom'))} to ${mib(n('again') - MIB)} MiB and ${gets} again from ${mib(n('again'))} MiB.`,
      'Choose a value outside, or RLIMIT_DATA.'
    );
  },

  'limit.as': ({ bytes, severity, numbers, words }, n) =>
    numbers['from'] !== undefined
      ? say(
          numbers['grown'] === undefined
            ? `A fresh start of this program works from RLIMIT_AS ${exactAndIec(n('from'))}. Below it ${words['runtime']} stops with 'out of memory'.`
            : `Under RLIMIT_AS this process needs ${exactAndIec(n('from'))} to get to its present size; the reserved part counts too.`,
          'RLIMIT_DATA or a cgroup limit does not count reservations.'
        )
      : numbers['limit'] === undefined
        ? say(
            `Under RLIMIT_AS all ${withSeparators(bytes)} B count, the reserved part too; a fresh start may need less.`,
            'A cgroup limit or RLIMIT_DATA does not count reservations.'
          )
        : say(
            `${iec(bytes)} of ${iec(n('limit'))} RLIMIT_AS are used (${share(bytes, n('limit'))}); the reserved part counts too. ` +
              (severity === 'error' ? 'The next larger mapping is refused.' : `${iec(n('left'))} are left.`),
            severity === 'info' ? null : 'Raise the limit, or limit RLIMIT_DATA or the cgroup instead.'
          ),

  mappings: ({ words }, n) =>
    say(
      `${withSeparators(n('count'))} of ${withSeparators(n('limit'))} mappings are used (${share(n('count'), n('limit'))}). ` +
        'At the limit new memory is refused although RAM is free.' +
        (words['most'] === undefined
          ? ''
          : ` ${withSeparators(n('most'))} of them belong to ${nounOf(words['most'])} (${words['most']}).`),
      'Raise vm.max_map_count; find what splits mappings.'
    ),

  'go.reservation': ({ words }, n) => {
    const tables = n('pageTables');
    const index = n('scavengeIndex');
    const growth = n('heapGrowth');
    const what =
      index === 0
        ? `${exactAndIec(tables)} for its page tables`
        : `${exactAndIec(tables + index)} for its page tables (${iec(tables)}) and its scavenge index (${iec(index)})`;
    const more = growth === 0 ? '' : `, and ${iec(growth)} for heap growth`;
    return say(
      `${words['runtime']} reserved ${what} at start${more}. This is by design and costs no RAM.`,
      'Alert on resident memory instead of VSZ.'
    );
  },

  'go.crypto-buffer': ({ bytes, words }) =>
    say(
      `${words['runtime']} programs that use crypto carry a ${iec(bytes)} buffer in .bss. It costs RAM only where it is touched.`
    ),

  'glibc.arenas': ({ numbers }, n) => {
    const count = n('count');
    const each = numbers['each'] ?? 64 * MIB;
    const threads = numbers['threads'];
    const why = threads === undefined ? 'threads call malloc' : `${withSeparators(threads)} threads may call malloc`;
    return say(
      count === 1
        ? `One malloc arena of ${iec(each)} reserves ${iec(n('reserved'))} and holds ${iec(n('held'))}.`
        : `${capitalized(countWord(count))} malloc arenas of ${iec(each)} reserve ${iec(n('reserved'))} and hold ${iec(n('held'))}, because ${why}.`,
      // One beside the main arena is what two arenas are.
      count === 1 ? null : 'MALLOC_ARENA_MAX=2 lowers VSZ.'
    );
  },

  'jvm.zgc': ({ bytes, words }, n) => {
    const views = n('views');
    if (views > 1) {
      return say(
        `ZGC maps one Java heap in ${countWord(views)} views of ${iec(bytes / views)}. VSZ counts ${countWord(views)}, RAM holds one.`,
        'Look at the heap committed by the JVM.'
      );
    }
    return say(
      `ZGC of ${words['runtime']} reserves ${iec(bytes)} of addresses for the Java heap, many times its maximum, and has ${iec(n('committed'))} of it mapped. The rest costs no RAM.`,
      'Look at the heap committed by the JVM.'
    );
  },

  'jvm.heap': ({ bytes, words }, n) =>
    say(
      `${words['runtime']} reserved ${iec(bytes)} for the Java heap and committed ${iec(n('committed'))} of it. The other ${iec(n('reserved'))} costs no RAM.`,
      '-Xmx sets the reservation.'
    ),

  'jvm.spaces': ({ bytes, words }, n) =>
    say(
      `${words['runtime']} reserved ${iec(bytes)} more for classes, compiled code and the collector; the largest part is ${nounOf(words['largest'] ?? 'jvm')} (${iec(n('largest'))}). It costs no RAM until it is used.`
    ),

  'wasm.memory': (finding, n) => wasm(finding, n, 'raise the limit by as much for each memory'),

  'v8.wasm': (finding, n) =>
    wasm(finding, n, 'disable it (--disable-wasm-trap-handler), or raise the limit for each memory'),

  'etcd.bbolt': ({ bytes, numbers }) => {
    const resident = numbers['resident'];
    const held =
      resident === undefined
        ? 'Only what was read of it is in RAM.'
        : resident * 20 < bytes
          ? `Almost nothing of it is resident (${iec(resident)}).`
          : `${iec(resident)} of it is resident, as page cache.`;
    return say(`${exactAndIec(bytes)} are one mapped database file. ${held}`);
  },

  'file.mapped': (finding, n) => {
    const one = n('files') === 1;
    const name = fileName(finding.words['largest'] ?? '');
    const largest = name === '' ? '' : one ? `: ${name}` : `, the largest ${name} (${iec(n('largest'))})`;
    return say(
      `${one ? 'One' : withSeparators(n('files'))} data ${one ? 'file is' : 'files are'} mapped, ${iec(finding.bytes)}${largest}. Reading ` +
        `${one ? 'it' : 'them'} uses page cache, which the kernel takes back when needed.` +
        residentOf(finding),
      n('share') >= 0.25 ? 'Compare with the size of the data directory.' : null
    );
  },

  sanitizer: (finding) =>
    say(
      `The sanitizer maps ${iec(finding.bytes)} for its shadow memory, allocator and tables. It is made for tests.${residentOf(finding)}`,
      'Limit resident memory instead of VSZ.'
    ),

  reservation: ({ bytes, words }, n) => {
    const known = RESERVATION_WORDS[words['region'] ?? ''];
    const region = words['region'] ?? '';
    const whose =
      region === 'app.reservation'
        ? 'Reserved by the program itself'
        : `Reserved for ${nounOf(region).replace(/ reservation$/, '')}`;
    const use = n('accessible') > 0 ? `, beside ${iec(n('accessible'))} in use` : '';
    const reason = known ? ` ${known.reason}.` : '';
    return say(
      `${whose} (${region}): ${iec(bytes)}${use}.${reason} The reserved part is inaccessible and costs no RAM.`,
      known?.advice ?? null
    );
  },

  shared: (finding) =>
    say(
      `Shared memory: ${iec(finding.bytes)}. Each process that maps it counts it in its own VSZ; RAM holds it once.${residentOf(finding)}`
    ),

  stacks: (finding) => {
    const { threads, stacks, each } = finding.numbers;
    const whose =
      stacks !== undefined && each !== undefined
        ? stacks === 1
          ? `One thread stack takes ${iec(finding.bytes)}.`
          : `${capitalized(countWord(stacks))} thread stacks of ${iec(each)} take ${iec(finding.bytes)}.`
        : threads === undefined || threads < 2
          ? `Thread stacks take ${iec(finding.bytes)}.`
          : `The ${threads === 2 ? 'stack of one thread' : `stacks of ${countWord(threads - 1)} threads`} beside the main one ${threads === 2 ? 'takes' : 'take'} ${iec(finding.bytes)}.`;
    return say(`${whose}${residentOf(finding)}`);
  },

  untouched: ({ bytes, words, regions }, n) => {
    // A region with a large reservation has its reason in the finding about that.
    const known = n('reserved') * 2 > bytes ? undefined : RESERVATION_WORDS[words['largest'] ?? ''];
    const rest = regions.length - 1;
    const others = rest > 0 ? ` and ${countWord(rest)} more ${rest === 1 ? 'region' : 'regions'}` : '';
    const largest = words['largest'] ?? '';
    return say(
      `${iec(bytes)} of ${nounOf(largest)} (${largest})${others} can be used, and only ${iec(n('resident'))} of it is in RAM: the rest was never touched or was given back.` +
        (known ? ` ${known.reason}.` : ''),
      known?.advice ?? null
    );
  },

  heap: ({ bytes, numbers }) => {
    const { resident, atLeast } = numbers;
    if (resident === undefined) return say(`Heap: ${iec(bytes)} mapped. This is what can cost RAM.`);
    const most = resident === atLeast ? '' : 'at most ';
    return say(`Heap: ${iec(bytes)} mapped, ${most}${iec(resident)} of it resident. This is what costs RAM.`);
  },

  inside: ({ regions, numbers, words }) =>
    say(
      `VSZ stands still at ${words['level']} since ${words['since']}. ${insideSentence(regions.map((region) => ({ region, bytes: numbers[region] ?? 0 })))}`
    ),

  'not.returned': (_, n) =>
    say(
      `Resident fell from ${iec(n('peak'))} at its peak to ${iec(n('resident'))}, VSZ is ${withSeparators(n('virtual'))} B: memory was given back, its addresses are kept.`
    ),

  guess: ({ bytes, regions }, n) =>
    say(
      `${iec(bytes)} (${share(bytes, n('virtual'))}) is a guess by permissions, sizes and neighbours, most of it ${nounOf(regions[0] ?? 'memory')}.`
    ),

  oom: (_, n) =>
    say(
      `A container is killed when the memory charged to its cgroup reaches the limit. VSZ is not charged; ${iec(n('resident'))} of this process is resident.`,
      'Compare working set with the limit; it is the closest series.'
    ),
};

function wasm({ bytes, numbers }: Finding, n: (name: string) => number, remedy: string): Sentence {
  const { count, each } = numbers;
  const inUse = `${iec(n('inUse'))} of it is in use.`;
  const advice = `Under a virtual limit: ${remedy}.`;
  if (each === undefined) {
    const memories =
      count === undefined
        ? 'WebAssembly memories reserve'
        : count === 1
          ? 'One WebAssembly memory reserves'
          : `${capitalized(countWord(count))} WebAssembly memories reserve`;
    return say(`${memories} ${iec(bytes)}; ${inUse}`, advice);
  }
  if (count === undefined) return say(`WebAssembly memories reserve ${iec(bytes)}; ${inUse}`, advice);
  if (count === 1) return say(`One WebAssembly memory reserves ${iec(each)}; ${inUse}`, advice);
  return say(
    `${capitalized(countWord(count))} WebAssembly memories reserve ${iec(each)} each, ${iec(bytes)} together; ${inUse}`,
    advice
  );
}

export function sentenceOf(finding: Finding): Sentence {
  return WORDINGS[finding.kind](finding, (name) => finding.numbers[name] ?? 0);
}
