/** What this terminal can show: colours, blocks or letters. Decided once from the environment. */
import { CATEGORY_STYLES, type Category } from '../../core/attribution/categories';
import type { Severity } from '../../core/explain/finding';
import type { Output } from '../command';

export interface Style {
  /** Colours of the blocks; text itself is never coloured. */
  readonly colours: 0 | 16 | 256;
  readonly unicode: boolean;
  readonly columns: number;
  /** Tables are cut here; Infinity in a pipe, where nobody wants them cut. */
  readonly tableWidth: number;
}

export function styleFor(output: Output): Style {
  const { environment } = output;
  const term = environment['TERM'] ?? '';
  const plain = !output.isTty || (environment['NO_COLOR'] ?? '') !== '' || term === 'dumb' || term === '';
  const many = /256color|kitty|ghostty|alacritty/.test(term) || (environment['COLORTERM'] ?? '') !== '';
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return {
    colours: plain ? 0 : many ? 256 : 16,
    unicode: /utf-?8/i.test(locale),
    columns: output.columns,
    tableWidth: output.isTty || environment['COLUMNS'] ? output.columns : Infinity,
  };
}

const ESCAPE = '\u001b[';

export function bold(style: Style, text: string): string {
  return style.colours === 0 ? text : `${ESCAPE}1m${text}${ESCAPE}0m`;
}

export function dim(style: Style, text: string): string {
  return style.colours === 0 ? text : `${ESCAPE}2m${text}${ESCAPE}0m`;
}

/** `count` cells of a category: coloured blocks, or its letter where there is no colour. */
export function cells(style: Style, category: Category, count: number): string {
  const { letter, ansi16, ansi256 } = CATEGORY_STYLES[category];
  if (style.colours === 0 || !style.unicode) return (style.unicode || letter !== '·' ? letter : '.').repeat(count);
  const block = category === 'reservation' ? '░' : category === 'guard' ? '▒' : category === 'unknown' ? '▓' : '█';
  const colour = style.colours === 256 ? `38;5;${ansi256}` : String(ansi16);
  return `${ESCAPE}${colour}m${block.repeat(count)}${ESCAPE}0m`;
}

const SIGNS: Readonly<Record<Severity, readonly [unicode: string, ascii: string, colour: number]>> = {
  error: ['×', 'x', 31],
  warning: ['!', '!', 33],
  info: ['i', 'i', 34],
  ok: ['✓', 'v', 32],
};

export function sign(style: Style, severity: Severity): string {
  const [unicode, ascii, colour] = SIGNS[severity];
  const text = style.unicode ? unicode : ascii;
  return style.colours === 0 ? text : `${ESCAPE}1;${colour}m${text}${ESCAPE}0m`;
}
