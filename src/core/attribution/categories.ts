/**
 * The closed union of what a byte of address space can be for. One table: id, label, stacking order (array order),
 * colours and drawing. Colours are those that stay apart under all four kinds of colour vision.
 */
export const CATEGORIES = [
  'code',
  'data',
  'file',
  'shared',
  'metadata',
  'kernel',
  'guard',
  'stack',
  'heap',
  'reservation',
  'unknown',
] as const;

export type Category = (typeof CATEGORIES)[number];

export interface CategoryStyle {
  readonly id: Category;
  readonly dark: string;
  readonly light: string;
  /** Readable on both themes; what the backend writes, since it does not know the theme. */
  readonly safe: string;
  readonly ansi256: number;
  readonly ansi16: number;
  /** The bar itself where there is no colour. */
  readonly letter: string;
  readonly means: string;
}

const style = (
  id: Category,
  dark: string,
  light: string,
  safe: string,
  ansi256: number,
  ansi16: number,
  letter: string,
  means: string
): CategoryStyle => ({ id, dark, light, safe, ansi256, ansi16, letter, means });

export const CATEGORY_STYLES: Readonly<Record<Category, CategoryStyle>> = {
  code: style('code', '#5a86fe', '#103586', '#3a4faf', 21, 94, 'C', 'Program text, its constants and JIT code.'),
  data: style('data', '#9ddbfd', '#1e9ada', '#37b5d6', 74, 96, 'D', 'Writable image data: .data, .got and .bss.'),
  file: style('file', '#0b7668', '#227363', '#3d836d', 29, 32, 'F', 'Mapped files that are not program images.'),
  shared: style('shared', '#b0cb93', '#71a165', '#82b470', 108, 92, 'S', 'Shared memory that no runtime owns.'),
  metadata: style('metadata', '#6e59a8', '#8b41ce', '#a55af2', 134, 35, 'M', 'Book-keeping of a runtime.'),
  kernel: style('kernel', '#80620e', '#503403', '#6a5604', 179, 33, 'K', 'Mapped by the kernel: vdso, vvar.'),
  guard: style('guard', '#c5b1b6', '#958b90', '#7e8596', 249, 37, 'G', 'Small inaccessible zones that catch overruns.'),
  stack: style('stack', '#cf1e65', '#b4023a', '#d41450', 124, 91, 'T', 'Stacks of the threads.'),
  heap: style(
    'heap',
    '#fa9214',
    '#ea6100',
    '#fb7409',
    166,
    93,
    'H',
    'Memory of an allocator or collector, in use or not.'
  ),
  reservation: style(
    'reservation',
    '#8386a6',
    '#747295',
    '#626078',
    60,
    90,
    '·',
    'Claimed for growth, inaccessible now: costs no RAM.'
  ),
  unknown: style('unknown', '#f8f8f9', '#262b35', '#a8a5a3', 245, 97, '?', 'Not explained.'),
};

export type CategoryBytes = Record<Category, number>;

export function emptyCategoryBytes(): CategoryBytes {
  return {
    code: 0,
    data: 0,
    file: 0,
    shared: 0,
    metadata: 0,
    kernel: 0,
    guard: 0,
    stack: 0,
    heap: 0,
    reservation: 0,
    unknown: 0,
  };
}
