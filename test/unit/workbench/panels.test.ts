import type { DataFrame } from '@grafana/data';
import { describe, expect, test } from 'vitest';
import { toBoxes } from '../../../src/workbench/page/panels/boxes';
import { toRegions } from '../../../src/workbench/page/panels/regions';
import { toStretches } from '../../../src/workbench/page/panels/stretches';

function frame(columns: Record<string, readonly unknown[]>): DataFrame {
  const fields = Object.entries(columns).map(([name, values]) => ({ name, values, type: 'other', config: {} }));
  return { fields, length: Object.values(columns)[0]?.length ?? 0 } as unknown as DataFrame;
}

describe('state timeline', () => {
  test('equal neighbours are one stretch and the last one holds to the end', () => {
    expect(toStretches([0, 10, 20, 30], ['exact', 'exact', 'nearby', 'exact'], 50)).toEqual([
      { value: 'exact', fromMs: 0, toMs: 20 },
      { value: 'nearby', fromMs: 20, toMs: 30 },
      { value: 'exact', fromMs: 30, toMs: 50 },
    ]);
  });

  test('no value is a gap, not a state', () => {
    expect(toStretches([0, 10, 20], ['exact', null, undefined], 30)).toEqual([{ value: 'exact', fromMs: 0, toMs: 10 }]);
  });
});

test('flame graph: children stand from the left edge of their parent, one after the other', () => {
  const boxes = toBoxes(
    frame({ level: [0, 1, 2, 2, 1], label: ['all', 'heap', 'a', 'b', 'code'], value: [100, 60, 40, 20, 40] })
  );
  expect(boxes.map(({ label, start }) => [label, start])).toEqual([
    ['all', 0],
    ['heap', 0],
    ['a', 0],
    ['b', 40],
    ['code', 60],
  ]);
});

test('annotations: a row without an end is an instant', () => {
  const regions = toRegions([frame({ time: [5, 9], timeEnd: [8, null], title: ['Plateau, 1 GiB', 'Step'] })]);
  expect(regions).toMatchObject([
    { fromMs: 5, toMs: 8, title: 'Plateau, 1 GiB', text: '' },
    { fromMs: 9, toMs: 9, title: 'Step' },
  ]);
});
