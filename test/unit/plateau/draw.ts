/** Series drawn as text: `100x20 500x3 100x20` holds 100 MiB for 20 samples, 500 for 3, and 100 again for 20. */
import type { PlateauSamples } from '../../../src/core/plateau/types';

export const MIB = 2 ** 20;
export const STEP_MS = 15_000;

export function drawn(text: string): PlateauSamples & { readonly values: number[]; readonly timesMs: number[] } {
  const values = text.split(' ').flatMap((part) => {
    const [level, count] = part.split('x').map(Number);
    return new Array<number>(count ?? 1).fill(Math.round((level ?? 0) * 256) * 4096);
  });
  return { timesMs: values.map((_, i) => i * STEP_MS), values };
}
