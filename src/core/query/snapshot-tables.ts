/** `snapshot` and `tree`: one layout, as rows in address order and as nested sets. */
import { CATEGORIES } from '../attribution/categories';
import type { Layout, LayoutRange } from '../snapshot/layout';
import { toHex } from '../units';
import { type ProcessSnapshot, snapshotsAt } from './at-instant';
import type { Engine } from './engine';
import type { PlateauQuery } from './query';
import type { Table } from './table';

/** Rows above it are more than a browser's table draws. */
const MAX_ROWS = 100_000;

/** @throws SourceError, BadQueryError */
export async function snapshotTables(query: PlateauQuery, engine: Engine): Promise<Table[]> {
  const { items, notices, executed } = await snapshotsAt(query, engine, 'Snapshots');
  if (items.length === 0) return [{ ...rangesTable('snapshot', [], []), notices, executed }];
  return items.map((item, i) => {
    const ranges = item.stored.layout.ranges.slice(0, MAX_ROWS);
    const cut = item.stored.layout.ranges.length - ranges.length;
    return {
      ...rangesTable(item.process, ranges, addressesOf(ranges, engine.showAddresses)),
      notices: [
        ...(i === 0 ? notices : []),
        ...item.notices,
        ...(cut > 0 ? [{ severity: 'warning' as const, text: `The last ${cut} ranges are left out.` }] : []),
      ],
      executed,
      custom: factsOf(item),
    };
  });
}

function factsOf({ process, stored }: ProcessSnapshot): Record<string, unknown> {
  const { layout } = stored;
  return {
    process,
    layoutIds: [stored.id],
    fromMs: stored.fromMs,
    toMs: stored.toMs,
    virtualBytes: layout.virtualBytes,
    residentBytes: layout.residentBytes,
    mappings: layout.mappings,
    runtimes: layout.runtimes,
  };
}

/** Absolute where allowed and stored; else the distance from the first range, gaps as coarse as they are stored. */
function addressesOf(ranges: readonly LayoutRange[], absolute: boolean): string[] {
  let at = 0;
  return ranges.map((range, i) => {
    if (i > 0) at += range.gap;
    const relative = at;
    at += range.size;
    return absolute && range.start !== undefined ? range.start : `+${toHex(relative)}`;
  });
}

function rangesTable(name: string, ranges: readonly LayoutRange[], addresses: readonly string[]): Table {
  return {
    name,
    columns: [
      { name: 'address', type: 'string', values: addresses },
      { name: 'size', type: 'number', values: ranges.map((range) => range.size), unit: 'bytes' },
      { name: 'permissions', type: 'string', values: ranges.map((range) => range.permissions) },
      { name: 'category', type: 'string', values: ranges.map((range) => range.category) },
      { name: 'region', type: 'string', values: ranges.map((range) => range.region) },
      { name: 'resident', type: 'number', values: ranges.map((range) => range.resident), unit: 'bytes' },
      { name: 'name', type: 'string', values: ranges.map((range) => range.name) },
      { name: 'confidence', type: 'string', values: ranges.map((range) => range.confidence) },
      { name: 'why', type: 'string', values: ranges.map((range) => range.why) },
      { name: 'mapping', type: 'number', values: ranges.map((range) => range.mapping) },
      { name: 'gap', type: 'number', values: ranges.map((range) => range.gap), unit: 'bytes' },
    ],
    notices: [],
    executed: '',
    visualisation: 'table',
  };
}

/** @throws SourceError, BadQueryError */
export async function treeTables(query: PlateauQuery, engine: Engine): Promise<Table[]> {
  const { items, notices, executed } = await snapshotsAt(query, engine, 'Trees');
  if (items.length === 0) return [{ ...treeTable('tree', null), notices, executed }];
  return items.map((item, i) => ({
    ...treeTable(item.process, item.stored.layout),
    notices: [...(i === 0 ? notices : []), ...item.notices],
    executed,
    custom: factsOf(item),
  }));
}

interface Node {
  readonly level: number;
  readonly label: string;
  readonly value: number;
  readonly self: number;
}

/** Process, category, region; depth first, as Grafana's flame graph reads nested sets. The larger comes first. */
function nodesOf(process: string, layout: Layout): Node[] {
  const byCategory = new Map<string, Map<string, number>>();
  for (const { category, region, size } of layout.ranges) {
    let regions = byCategory.get(category);
    if (!regions) byCategory.set(category, (regions = new Map()));
    regions.set(region, (regions.get(region) ?? 0) + size);
  }
  const sum = (regions: ReadonlyMap<string, number>): number => [...regions.values()].reduce((a, b) => a + b, 0);
  const total = layout.ranges.reduce((bytes, range) => bytes + range.size, 0);
  const nodes: Node[] = [{ level: 0, label: process, value: total, self: 0 }];
  const categories = CATEGORIES.flatMap((category) => {
    const regions = byCategory.get(category);
    return regions ? [{ category, regions, value: sum(regions) }] : [];
  }).sort((a, b) => b.value - a.value);
  for (const { category, regions, value } of categories) {
    nodes.push({ level: 1, label: category, value, self: 0 });
    for (const [region, bytes] of [...regions].sort((a, b) => b[1] - a[1])) {
      nodes.push({ level: 2, label: region, value: bytes, self: bytes });
    }
  }
  return nodes;
}

function treeTable(process: string, layout: Layout | null): Table {
  const nodes = layout ? nodesOf(process, layout) : [];
  return {
    name: process,
    columns: [
      { name: 'level', type: 'number', values: nodes.map((node) => node.level) },
      { name: 'value', type: 'number', values: nodes.map((node) => node.value), unit: 'bytes' },
      { name: 'label', type: 'string', values: nodes.map((node) => node.label) },
      { name: 'self', type: 'number', values: nodes.map((node) => node.self), unit: 'bytes' },
    ],
    notices: [],
    executed: '',
    visualisation: 'flamegraph',
  };
}
