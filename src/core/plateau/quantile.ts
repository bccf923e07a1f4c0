/** Order statistics. Quantiles are always one of the values and never between two: levels must stay whole pages. */

/** The q-quantile of ascending values, 0 for none. */
export function quantileOfSorted(sorted: Float64Array, q: number): number {
  return sorted[Math.floor((sorted.length - 1) * q + 1e-9)] ?? 0;
}

export function median(values: Float64Array): number {
  return quantileOfSorted(values.slice().sort(), 0.5);
}

/** Median of three without sorting. */
export function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/**
 * Running median over `2 * half + 1` samples; at the ends the window stays whole and stops moving. The window is kept
 * sorted by insertion, which for these widths is faster than any tree.
 */
export function runningMedian(values: Float64Array, half: number): Float64Array {
  const count = values.length;
  const width = 2 * half + 1;
  const result = new Float64Array(count);
  if (count <= width) {
    return result.fill(median(values));
  }
  const window = values.slice(0, width).sort();
  result.fill(window[half]!, 0, half + 1);
  for (let next = width; next < count; next++) {
    replaceSorted(window, values[next - width]!, values[next]!);
    result[next - half] = window[half]!;
  }
  return result.fill(window[half]!, count - half);
}

function replaceSorted(window: Float64Array, gone: number, come: number): void {
  let at = 0;
  while (window[at]! < gone) {
    at += 1;
  }
  for (; at + 1 < window.length && window[at + 1]! < come; at++) {
    window[at] = window[at + 1]!;
  }
  for (; at > 0 && window[at - 1]! > come; at--) {
    window[at] = window[at - 1]!;
  }
  window[at] = come;
}
