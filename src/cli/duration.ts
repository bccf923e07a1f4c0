/** `10ms`, `1.5s`, `250us`, `2min` → milliseconds; null for anything else. */
const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(us|ms|s|m|min|h)$/.exec(text.trim());
  return match ? Number(match[1]) * UNITS[match[2]!]! : null;
}
