import { describe, expect, it } from 'vitest';
import { formatLogLine } from '../../../src/adapters/pluginv2/log';

describe('formatLogLine', () => {
  it('writes the three keys as text and the time with six decimals', () => {
    expect(formatLogLine(1795419180320, 'info', 'serving', { pid: 7, ok: true })).toBe(
      '{"@level":"info","@message":"serving","@timestamp":"2026-11-23T07:33:00.320000Z","pid":7,"ok":true}\n'
    );
  });

  it('lets no field replace the keys that bring the host down when they are not text', () => {
    const line = JSON.parse(formatLogLine(0, 'warn', 'x', { '@message': 1, '@level': null })) as Record<
      string,
      unknown
    >;
    expect(line).toEqual({ '@level': 'warn', '@message': 'x', '@timestamp': '1970-01-01T00:00:00.000000Z' });
  });

  it('stays below the line buffer of the host, line breaks included', () => {
    const fields = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, 'v'.repeat(1e6)]));
    const line = formatLogLine(0, 'error', '\n\u0001'.repeat(1e6), fields);
    expect(Buffer.byteLength(line)).toBeLessThan(60_000);
    expect(JSON.parse(line)).toMatchObject({ '@level': 'error', cut: true });
    expect(line.trimEnd()).not.toContain('\n');
  });
});
