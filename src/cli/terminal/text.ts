/** Plain text in columns: wrapping, padding and cutting. Widths are counted in characters. */

/** The space between a number and its unit, where no line may end. */
const BEFORE_UNIT = /(?<=\d) (?=(?:%|B|[KMGTPE]iB)(?:[^\w]|$))/g;
const NO_BREAK = '\u00a0';
/** What fits beside the sign of a finding on the narrowest terminal, of 40 columns. */
const LONGEST_WORD = 38;

/**
 * Lines of at most `width` characters. A path that is longer goes on in the next line after a slash; any other word that
 * is longer gets a line of its own and is cut only where no terminal has room for it; a number stays with its unit.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  const words = text.replace(BEFORE_UNIT, NO_BREAK).split(' ');
  for (const whole of words) {
    const pieces = whole.length > width ? brokenPath(whole, width) : [whole];
    const word = pieces.pop()!;
    if (pieces.length > 0) {
      if (line !== '') lines.push(line);
      lines.push(...pieces);
      line = word;
      continue;
    }
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((one) => one.replaceAll(NO_BREAK, ' '));
}

/** Pieces of at most `width` characters where the slashes allow it. */
function brokenPath(path: string, width: number): string[] {
  const pieces: string[] = [];
  const longest = Math.max(width, LONGEST_WORD);
  for (const part of path.split(/(?<=\/)(?=[^/])/).flatMap((one) => chunksOf(one, longest))) {
    const last = pieces.at(-1);
    if (last !== undefined && last.length + part.length <= width) pieces[pieces.length - 1] = last + part;
    else pieces.push(part);
  }
  return pieces;
}

function chunksOf(text: string, size: number): string[] {
  const chunks: string[] = [];
  for (let at = 0; at < text.length; at += size) chunks.push(text.slice(at, at + size));
  return chunks;
}

/** At most `width` characters, the end replaced by `~` when it was cut. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : width <= 1 ? text.slice(0, Math.max(0, width)) : `${text.slice(0, width - 1)}~`;
}

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Spaces before it. */
  readonly gap: number;
  readonly least?: number;
}

/** Rows as lines, each column as wide as its widest cell; the last one is cut at `width`, empty ends are trimmed. */
export function table(columns: readonly Column[], rows: ReadonlyArray<readonly string[]>, width: number): string[] {
  const widths = columns.map((column, c) =>
    rows.reduce((most, row) => Math.max(most, row[c]?.length ?? 0), Math.max(column.title.length, column.least ?? 0))
  );
  return [columns.map((column) => column.title), ...rows].map((row) => {
    const line = columns
      .map((column, c) => {
        const cell = row[c] ?? '';
        const padded = column.align === 'right' ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!);
        return ' '.repeat(column.gap) + padded;
      })
      .join('');
    return cut(line.trimEnd(), width);
  });
}
