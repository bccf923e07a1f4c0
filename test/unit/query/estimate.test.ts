import { describe, expect, it } from 'vitest';
import { type GoMetric, estimateGo, goMinor } from '../../../src/core/query/estimate';
import { selectorForTargets, sameTarget } from '../../../src/core/query/labels';
import { sumOf } from './fixtures';

const MIB = 1024 * 1024;
const metrics = (heap: number, stack: number) => (name: GoMetric) =>
  name === 'go_memstats_heap_sys_bytes' ? heap : name === 'go_memstats_stack_sys_bytes' ? stack : 0;
const key = (_region: string, category: string) => category;

describe('estimateGo', () => {
  it('explains a small Go 1.24 program up to its image', () => {
    // hello of Go 1.24: VSZ 1196.6 MiB, heap + stack 4 MiB: what is left is the image of 1.8 MiB or so.
    const parts = estimateGo(1_254_752_256, 24, metrics(3.5 * MIB, 0.5 * MIB), key)!;
    expect(sumOf(parts)).toBe(1_254_752_256);
    expect(parts.get('reservation')).toBe(613_400_576 + 512 * MIB + 60 * MIB);
    expect(parts.get('metadata')).toBe(32 * MIB);
    expect(parts.get('unknown')!).toBeLessThan(8 * MIB);
  });

  it('knows which versions reserve what', () => {
    const reserved = (minor: number) => estimateGo(4096 * MIB, minor, metrics(64 * MIB, 0), key)!.get('reservation');
    expect([reserved(13), reserved(14), reserved(20), reserved(21)]).toEqual([
      0,
      613_400_576,
      613_400_576,
      613_400_576 + 512 * MIB,
    ]);
  });

  it('estimates nothing where the constants exceed the sample', () => {
    expect(estimateGo(100 * MIB, 24, metrics(1, 1), key)).toBeNull();
    expect(estimateGo(NaN, 24, metrics(1, 1), key)).toBeNull();
  });

  it.each([
    ['go1.22.5', 22],
    ['go1.15', 15],
    ['1.11.1', 11],
    ['go1.10.8', null],
    ['devel +abc', null],
    ['', null],
  ])('reads version %j', (version, minor) => expect(goMinor(version)).toBe(minor));
});

describe('selectors', () => {
  it('select the targets of series, values escaped', () => {
    expect(selectorForTargets(['up'], [{ job: 'a"b\\', instance: 'h:1' }])).toBe('up{job="a\\"b\\\\",instance="h:1"}');
    expect(
      selectorForTargets(
        ['a', 'b'],
        [
          { job: 'x', instance: 'h.1:1' },
          { job: 'x', instance: 'h2:1' },
        ]
      )
    ).toBe('{__name__=~"a|b",job="x",instance=~"h\\\\.1:1|h2:1"}');
  });

  it('select nothing for aggregated series', () => {
    expect(selectorForTargets(['up'], [{}, { pod: 'x' }])).toBeNull();
  });

  it('tell targets apart by what both have', () => {
    expect(
      sameTarget({ job: 'a', instance: 'i', pod: 'p' }, { __name__: 'x', job: 'a', instance: 'i', version: '1' })
    ).toBe(true);
    expect(sameTarget({ job: 'a', instance: 'i' }, { job: 'a', instance: 'j' })).toBe(false);
    expect(sameTarget({ pod: 'p' }, { pod: 'p' })).toBe(false);
  });
});
