/**
 * system.txt → facts about the machine. One `name value` a line, the values of uname, getconf, /proc/stat and /proc/sys:
 *   `page_size	4096`, `btime	1795417396`, `clk_tck	100`, `max_map_count	65530`, `captured_at	1795420442`
 * Unknown names are skipped and missing ones keep the usual value, because the file is written by hand or by scripts.
 */
import { ParseError } from '../errors';
import { DEFAULT_SYSTEM, type SystemFacts } from '../snapshot/snapshot';
import type { UnixMillis } from '../units';
import { linesOf } from './lines';
import { PAGE_SIZES } from './parse-auxv';

export interface SystemFile {
  readonly system: SystemFacts;
  /** When the files beside it were copied. */
  readonly takenMs: UnixMillis | null;
}

/** @throws ParseError when a number is expected and something else stands there */
export function parseSystem(text: string, file = 'system.txt'): SystemFile {
  const system: { -readonly [K in keyof SystemFacts]: SystemFacts[K] } = { ...DEFAULT_SYSTEM };
  let takenMs: UnixMillis | null = null;
  for (const line of linesOf(text)) {
    const [name, ...rest] = line.text.split(/\s+/);
    const value = rest.join(' ');
    const number = (): number => {
      if (!/^\d+(\.\d+)?$/.test(value)) throw new ParseError(file, line.number, line.text, 'is not a number');
      return Number(value);
    };
    const pageSize = (): number => {
      const bytes = number();
      if (!PAGE_SIZES.includes(bytes)) throw new ParseError(file, line.number, line.text, 'is no page size of Linux');
      return bytes;
    };
    if (name === 'uname_r') system.kernel = value;
    else if (name === 'machine') system.machine = value;
    else if (name === 'page_size') system.pageSize = pageSize();
    else if (name === 'btime') system.bootMs = number() * 1000;
    else if (name === 'clk_tck') system.clockTicks = number();
    else if (name === 'max_map_count') system.maxMapCount = number();
    else if (name === 'captured_at') takenMs = number() * 1000;
  }
  return { system, takenMs };
}

/** First `btime` of /proc/stat: Unix ms at boot, null when the line is missing. Sample: `btime 1795417396` */
export function parseBootTime(text: string): UnixMillis | null {
  const match = /^btime (\d+)$/m.exec(text);
  return match ? Number(match[1]) * 1000 : null;
}
