/**
 * Numbers for people: exact bytes with separators for tables, IEC sizes with three digits for prose. No locale is
 * asked for, so that a golden text is the same everywhere.
 */
import type { Bytes } from '../units';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** `2830856192` → `2,830,856,192`. */
export function withSeparators(value: number): string {
  const digits = String(Math.abs(Math.trunc(value)));
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, ',');
  return value < 0 ? `-${grouped}` : grouped;
}

/** Three digits, zeros at the end dropped: `2.64 GiB`, `468 MiB`, `9.1 MiB`, `10 GiB`, `0 B`. */
export function iec(bytes: Bytes): string {
  let value = Math.abs(bytes);
  let unit = 0;
  // 999.5 and up would round to four digits below 1024; three are kept up to 1023 because those are the unit's own.
  while (unit < UNITS.length - 1 && Math.round(value) >= 1024) {
    value /= 1024;
    unit++;
  }
  const digits = value >= 99.95 || unit === 0 ? 0 : value >= 9.995 ? 1 : 2;
  const text = value.toFixed(digits);
  return `${bytes < 0 ? '-' : ''}${digits > 0 ? text.replace(/\.?0+$/, '') : withSeparators(Number(text))} ${UNITS[unit]}`;
}

/** `613,400,576 B (585 MiB)`. */
export function exactAndIec(bytes: Bytes): string {
  return bytes < 1024 ? `${withSeparators(bytes)} B` : `${withSeparators(bytes)} B (${iec(bytes)})`;
}

/** `75.4 %`, `<0.1 %`, `100 %`; never `100 %` or `0 %` for what is only nearly so. */
export function share(part: number, whole: number): string {
  if (part <= 0 || whole <= 0) return '0 %';
  const percent = (100 * part) / whole;
  if (percent < 0.1) return '<0.1 %';
  if (percent >= 100) return '100 %';
  return `${Math.min(percent, 99.9).toFixed(1)} %`;
}

/** `+193 MiB`, `-4 KiB`, `0 B`. */
export function signed(bytes: Bytes): string {
  return bytes > 0 ? `+${iec(bytes)}` : iec(bytes);
}

const SMALL = ['no', 'one', 'two', 'three'] as const;

/** `one`, `two`, `three`, then digits: `15`. */
export function countWord(count: number): string {
  return SMALL[count] ?? withSeparators(count);
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * Text that came from a process or a file, made safe for a terminal: control characters (escape sequences among them)
 * and the marks that turn writing direction become `?`.
 */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '?');
}
