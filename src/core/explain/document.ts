/** Explanation → the document of `plateau explain --json`, schema 1. Addresses are absolute lower-case hex without 0x. */
import { toHex } from '../units';
import type { Explanation } from './explain';
import { sentenceOf } from './sentences';

export function toDocument({ snapshot, attribution, findings }: Explanation) {
  return {
    schema: 1,
    process: {
      pid: snapshot.pid,
      comm: snapshot.comm,
      startMs: snapshot.startMs,
      runtimes: attribution.runtimes,
    },
    virtualBytes: attribution.virtualBytes,
    categories: attribution.categories,
    regions: attribution.regions,
    ranges: attribution.ranges.map((range) => ({
      start: toHex(range.start),
      end: toHex(range.end),
      permissions: range.permissions,
      category: range.category,
      region: range.region,
      confidence: range.confidence,
    })),
    findings: findings.map((finding) => {
      const { text, advice } = sentenceOf(finding);
      return {
        kind: finding.kind,
        severity: finding.severity,
        bytes: finding.bytes,
        text,
        ...(advice === null ? {} : { advice }),
        regions: finding.regions,
        numbers: finding.numbers,
      };
    }),
    notices: snapshot.notices,
  };
}
