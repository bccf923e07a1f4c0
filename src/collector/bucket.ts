/** Token bucket: a burst, then a steady rate. */
export interface Bucket {
  /** @returns false when nothing is left at this time */
  take(nowMs: number): boolean;
}

export function createBucket(burst: number, everyMs: number): Bucket {
  let tokens = burst;
  let last: number | null = null;
  return {
    take(nowMs) {
      if (last !== null && nowMs > last) tokens = Math.min(burst, tokens + (nowMs - last) / everyMs);
      last = nowMs;
      if (tokens < 1) return false;
      tokens--;
      return true;
    },
  };
}
