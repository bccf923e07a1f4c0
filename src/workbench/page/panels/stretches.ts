/** Samples of a state → stretches of time in which it held. */
export interface Stretch {
  readonly value: unknown;
  readonly fromMs: number;
  readonly toMs: number;
}

/** @param times ascending, Unix ms; equal neighbours become one stretch, the last one holds until `endMs` */
export function toStretches(times: readonly number[], values: readonly unknown[], endMs: number): Stretch[] {
  const stretches: Stretch[] = [];
  times.forEach((time, row) => {
    const value = values[row] ?? null;
    const last = stretches.at(-1);
    if (last?.value === value) return;
    if (last) stretches[stretches.length - 1] = { ...last, toMs: time };
    stretches.push({ value, fromMs: time, toMs: endMs });
  });
  return stretches.filter((stretch) => stretch.value !== null);
}
