import { describe, expect, test } from 'vitest';
import { formatFor, toExposition } from '../../../src/adapters/metrics/exposition';

const FAMILIES = [
  {
    family: { name: 'a_bytes', type: 'gauge' as const, help: 'Some "help"\nwith \\ lines.' },
    samples: [{ labels: { process: 'it\'s "a"\nb\\c', category: 'heap' }, value: 4503599627370495 }],
  },
  { family: { name: 'b_seconds', type: 'counter' as const, help: 'Time.' }, samples: [{ labels: {}, value: 0.5 }] },
  { family: { name: 'limit', type: 'gauge' as const, help: 'Limit.' }, samples: [{ labels: {}, value: Infinity }] },
  { family: { name: 'empty', type: 'gauge' as const, help: 'None.' }, samples: [] },
];

test('text format: counters have their suffix everywhere, quotes of help stay', () => {
  expect(toExposition(FAMILIES, 'text')).toBe(String.raw`# HELP a_bytes Some "help"\nwith \\ lines.
# TYPE a_bytes gauge
a_bytes{process="it's \"a\"\nb\\c",category="heap"} 4503599627370495
# HELP b_seconds_total Time.
# TYPE b_seconds_total counter
b_seconds_total 0.5
# HELP limit Limit.
# TYPE limit gauge
limit +Inf
`);
});

test('OpenMetrics: families of counters have no suffix, units are stated, and it ends', () => {
  expect(toExposition(FAMILIES, 'openmetrics')).toBe(String.raw`# HELP a_bytes Some \"help\"\nwith \\ lines.
# TYPE a_bytes gauge
# UNIT a_bytes bytes
a_bytes{process="it's \"a\"\nb\\c",category="heap"} 4503599627370495
# HELP b_seconds Time.
# TYPE b_seconds counter
# UNIT b_seconds seconds
b_seconds_total 0.5
# HELP limit Limit.
# TYPE limit gauge
limit +Inf
# EOF
`);
});

describe('the format', () => {
  test.each([
    [undefined, 'text'],
    ['', 'text'],
    ['*/*', 'text'],
    ['text/plain;version=0.0.4', 'text'],
    ['application/openmetrics-text; version=1.0.0', 'openmetrics'],
    ['application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2', 'openmetrics'],
    [
      'application/vnd.google.protobuf;q=0.7,text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5',
      'text',
    ],
    ['application/openmetrics-text;q=0', 'text'],
    ['text/html,nonsense;;;q=x', 'text'],
  ])('for Accept: %s is %s', (accept, format) => {
    expect(formatFor(accept)).toBe(format);
  });
});
