/** The picture of `plateau massif`: the curve, the regions of the largest tree, the findings. */
import type { ExplainedMassif } from '../../adapters/massif/attribute-massif';
import type { MassifFile } from '../../adapters/massif/massif';
import type { MassifFinding } from '../../adapters/massif/massif-findings';
import { exactAndIec, iec, printable, share, withSeparators } from '../../core/explain/format';
import { legend, stackedCurve } from './curve';
import { type Style, bold, cells, dim, sign } from './style';
import { cut, table, wrap } from './text';

const UNITS = { i: 'instructions', ms: 'milliseconds', B: 'bytes allocated and freed' } as const;

export function massifPicture(
  style: Style,
  file: MassifFile,
  explained: ExplainedMassif,
  findings: readonly MassifFinding[]
): string {
  const largest = explained.snapshots[explained.largest]!;
  const points = explained.snapshots.map(({ time, categories }) => ({ at: time, categories }));
  const end = explained.snapshots[explained.snapshots.length - 1]!.time;
  const how = `massif, ${withSeparators(file.snapshots.length)} snapshots, time in ${UNITS[file.timeUnit]}`;
  return [
    `${bold(style, cut(printable(file.command), style.columns))}`,
    dim(style, cut(how, style.columns)),
    `Largest: ${exactAndIec(largest.totalBytes)}.`,
    '',
    ...stackedCurve(style, points, { end, label: (at) => timeText(at, file.timeUnit) }),
    ...legend(style, points),
    '',
    ...regionRows(style, file, explained),
    ...findings.flatMap((finding) => {
      const lines = wrap(printable(finding.text), Math.max(20, style.columns - 2));
      return lines.map((line, i) => `${i === 0 ? sign(style, finding.severity) : ' '} ${line}`);
    }),
    '',
  ].join('\n');
}

function regionRows(style: Style, file: MassifFile, explained: ExplainedMassif): string[] {
  if (explained.regionsOf === null) return [];
  const total = explained.snapshots[explained.regionsOf]!.totalBytes;
  const [head, ...rows] = table(
    [
      { title: 'region', align: 'left', gap: 0 },
      { title: 'category', align: 'left', gap: 2 },
      { title: 'bytes', align: 'right', gap: 2, least: 13 },
      { title: 'size', align: 'right', gap: 2, least: 8 },
      { title: 'share', align: 'right', gap: 2, least: 7 },
      { title: 'why', align: 'left', gap: 3 },
    ],
    explained.regions.map(({ region, category, bytes, why }) => [
      region,
      category,
      withSeparators(bytes),
      iec(bytes),
      share(bytes, total),
      why,
    ]),
    style.tableWidth - 2
  );
  return [
    dim(
      style,
      cut(`  of snapshot ${file.snapshots[explained.regionsOf]!.index}, ${exactAndIec(total)}`, style.columns)
    ),
    dim(style, `  ${head ?? ''}`),
    ...rows.map((row, i) => `${cells(style, explained.regions[i]!.category, 1)} ${row}`),
    '',
  ];
}

function timeText(at: number, unit: MassifFile['timeUnit']): string {
  if (unit === 'B') return iec(at);
  if (unit === 'ms') return at < 10_000 ? `${withSeparators(at)} ms` : `${withSeparators(at / 1000)} s`;
  if (at < 10_000) return `${withSeparators(at)} i`;
  return at < 10_000_000 ? `${withSeparators(at / 1e3)} ki` : `${withSeparators(at / 1e6)} Mi`;
}
