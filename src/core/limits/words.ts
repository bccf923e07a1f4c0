/** Safe limits in words. */
import { exactAndIec, withSeparators } from '../explain/format';
import { MIB } from '../units';
import type { Range } from './segments';

/** Whole MiB inside the range; ends are inclusive: `719,589,376 to 1,152,708,607 B (687 to 1,099 MiB)`. */
function rangeText({ fromBytes, toBytes }: Range): string {
  if (toBytes === null) return `from ${exactAndIec(fromBytes)}`;
  const last = toBytes - 1;
  const whole = `${withSeparators(Math.ceil(fromBytes / MIB))} to ${withSeparators(Math.floor(last / MIB))} MiB`;
  return `${withSeparators(fromBytes)} to ${withSeparators(last)} B (${whole})`;
}

/** The lowest ranges and the last one, which has no end: `A; B; 9 more; from C`. */
export function safeText(ranges: readonly Range[], most = 4): string {
  if (ranges.length === 0) return 'none that is known';
  const left = ranges.length - most;
  const shown = left <= 0 ? ranges : [...ranges.slice(0, most - 1), ranges[ranges.length - 1]!];
  const texts = shown.map(rangeText);
  if (left > 0) texts.splice(most - 1, 0, `${left} more`);
  return texts.join('; ');
}
