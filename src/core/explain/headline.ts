/** Two sentences that answer the first question: how much, and does it cost RAM. Short for a terminal, with the last step for a panel. */
import type { Category } from '../attribution/categories';
import type { Layout } from '../snapshot/layout';
import { iec, share, signed } from './format';
import { knownRuntimeName } from './names';
import { byCategory, ownerOf, sumBy } from './survey';

/** Second sentence by the category that is the largest. */
const VERDICTS: Readonly<Record<Category, string>> = {
  code: 'is program code, its constants and generated code.',
  data: 'is data of program images, which costs RAM where it is written.',
  file: 'is mapped files, which use page cache that the kernel takes back when needed.',
  shared: 'is shared memory, which RAM holds once for all processes that map it.',
  metadata: "is the runtime's own book-keeping.",
  kernel: 'is mapped by the kernel.',
  guard: 'is guard zones that cost no RAM.',
  stack: 'is thread stacks, which cost RAM as deep as they were used.',
  heap: 'is heap, which can cost RAM.',
  reservation: 'is reserved address space that costs no RAM.',
  unknown: 'is not explained.',
};

export function headlineOf(layout: Layout): readonly [string, string] {
  const resident = layout.residentBytes === null ? '' : `, ${iec(layout.residentBytes)} resident`;
  const { category, bytes } = largestOf(layout);
  const second =
    bytes === 0 ? 'Nothing is mapped.' : `${share(bytes, layout.virtualBytes)} ${verdictOf(layout, category)}`;
  return [`${iec(layout.virtualBytes)} virtual${resident}.`, second];
}

/** The newest change of level, in words. */
export interface LastStep {
  readonly bytes: number;
  /** With its zone: `07:49:52 UTC`. */
  readonly time: string;
  /** Null when no layout tells. */
  readonly cause: string | null;
}

/** Line 1: what most of it is and whether it costs RAM. Line 2: heap, resident and the last step. */
export function headlineLines(layout: Layout, step: LastStep | null): readonly [string, string] {
  const { category, bytes } = largestOf(layout);
  if (bytes === 0) return ['Nothing is mapped.', ''];
  const part = bytes === layout.virtualBytes ? `All ${iec(bytes)}` : `${iec(bytes)} of the ${iec(layout.virtualBytes)}`;
  const first =
    category === 'reservation'
      ? `${part} is address space that ${reserverOf(layout, bytes)}. It costs no RAM.`
      : `${part} ${verdictOf(layout, category)}`;
  const heap = byCategory(layout).get('heap')?.bytes ?? 0;
  const resident = layout.residentBytes;
  const costs = [
    category !== 'heap' && heap > 0 ? `Heap, ${iec(heap)}, can cost RAM` : null,
    resident === null ? null : `${iec(resident)} of the process is resident`,
  ].filter((text) => text !== null);
  const sentences = costs.length > 0 ? [`${costs.join('; ')}.`] : [];
  if (step) {
    const cause = step.cause === null ? 'is not explained by a layout' : `was: ${step.cause}`;
    sentences.push(`The last step, ${signed(step.bytes)} at ${step.time}, ${cause}.`);
  }
  return [first, sentences.join(' ')];
}

function largestOf(layout: Layout): { readonly category: Category; readonly bytes: number } {
  const [largest] = sumBy(layout.ranges, (range) => range.category);
  return largest ? { category: largest.key as Category, bytes: largest.bytes } : { category: 'unknown', bytes: 0 };
}

function verdictOf(layout: Layout, category: Category): string {
  const held = byCategory(layout).get(category)?.resident ?? null;
  return category === 'heap' && held
    ? `is heap, ${held.low === held.high ? '' : 'at most '}${iec(held.high)} of it resident.`
    : VERDICTS[category];
}

/** Who reserved it, when most of it has one owner that has a name. */
function reserverOf(layout: Layout, bytes: number): string {
  const [main] = sumBy(layout.ranges, (range) => (range.category === 'reservation' ? ownerOf(range.region) : null));
  const name = main && main.bytes * 2 > bytes ? knownRuntimeName(main.key) : null;
  return name === null ? 'is only reserved' : `${name === 'JVM' ? 'the JVM' : name} only reserved`;
}
