/** The answer of `plateau limits --json`, schema 1. */
import type { Bytes } from '../units';
import { type Better, type Forecast, judge } from './forecast';

/** @param bytes the limit that was asked for, or that the process has; null = unlimited */
export function limitsDocument(forecast: Forecast, bytes: Bytes | null, better: Better) {
  const { verdict, why, headroomBytes, nearestBelow, nearestAbove } = judge(forecast, bytes);
  return {
    schema: 1,
    limit: forecast.limit,
    bytes,
    verdict,
    why,
    safe: forecast.safe,
    usedBytes: forecast.usedBytes,
    headroomBytes,
    nearestBelow,
    nearestAbove,
    ...(forecast.startUpBytes === null ? {} : { startUpBytes: forecast.startUpBytes }),
    better,
  };
}
