/** Plain text in columns: wrapping, padding and cutting. Widths are counted in characters. */

/** The space between a number and its unit, where no line may end. */
const BEFORE_UNIT = /(?<=\d) (?=(?:%|B|[KMGTPE]iB)(?:[^\w]|$))/g;
const NO_BREAK = '\u00a0';

/**
 * Lines of at most `width` characters. A path that is longer goes on in the next line after a slash; any other word that
 * is longer gets a line of its own and is not cut; a number stays with its unit.
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
  for (const part of path.split(/(?<=\/)(?=[^/])/)) {
    const last = pieces.at(-1);
    if (last !== undefined && last.length + part.length <= width) pieces[pieces.length - 1] = last + part;
    else pieces.push(part);
  }
  return pieces;
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
