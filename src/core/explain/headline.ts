/** Two sentences that answer the first question: how much, and does it cost RAM. */
import type { Category } from '../attribution/categories';
import type { Layout } from '../snapshot/layout';
import { iec, share } from './format';
import { byCategory } from './survey';

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
  let largest: Category = 'unknown';
  let bytes = 0;
  for (const [category, sum] of byCategory(layout)) {
    if (sum.bytes > bytes) {
      largest = category;
      bytes = sum.bytes;
    }
  }
  const held = byCategory(layout).get(largest)?.resident ?? null;
  const verdict =
    largest === 'heap' && held
      ? `is heap, ${held.low === held.high ? '' : 'at most '}${iec(held.high)} of it resident.`
      : VERDICTS[largest];
  const second = bytes === 0 ? 'Nothing is mapped.' : `${share(bytes, layout.virtualBytes)} ${verdict}`;
  return [`${iec(layout.virtualBytes)} virtual${resident}.`, second];
}
