/** What is known now → metric samples. */
import type { Labels, Samples } from '../adapters/metrics/exposition';
import { COLLECTOR_METRICS, ERROR_REASONS, type MetricFamily, PROCESS_METRICS } from '../contract/metrics';
import { CATEGORIES, type CategoryBytes } from '../core/attribution/categories';
import { PLATEAU_VERSION } from '../core/version';
import { type Accounts, READ_FILES } from './accounts';
import type { Followed } from './followed';

export function processMetrics(followed: readonly Followed[], withPid: boolean): Samples[] {
  const sorted = [...followed].sort((a, b) => (a.life.process < b.life.process ? -1 : 1));
  const labelled = sorted.map((one) => ({ one, labels: labelsOf(one, withPid) }));
  const single = (family: MetricFamily, value: (one: Followed) => number | null): Samples => ({
    family,
    samples: labelled.flatMap(({ one, labels }) => {
      const number = value(one);
      return number === null ? [] : [{ labels, value: number }];
    }),
  });
  const byCategory = (family: MetricFamily, bytes: (one: Followed) => CategoryBytes | null): Samples => ({
    family,
    samples: labelled.flatMap(({ one, labels }) => {
      const sums = bytes(one);
      return sums ? CATEGORIES.map((category) => ({ labels: { ...labels, category }, value: sums[category] })) : [];
    }),
  });
  const exact = (one: Followed): boolean => one.life.evidence === 'snapshot';
  return [
    single(PROCESS_METRICS.virtualMemory, (one) => one.layout.virtualBytes),
    byCategory(PROCESS_METRICS.addressSpace, (one) => one.categories),
    byCategory(PROCESS_METRICS.residentMemory, (one) => one.resident),
    single(PROCESS_METRICS.mappings, (one) => (exact(one) ? one.layout.mappings : null)),
    single(PROCESS_METRICS.mappingsLimit, (one) => one.layout.maxMapCount),
    single(PROCESS_METRICS.addressSpaceLimit, ({ layout: { limits } }) =>
      limits ? (limits.addressSpace ?? Infinity) : null
    ),
    single(PROCESS_METRICS.layoutId, (one) => (one.layoutId === null ? null : parseInt(one.layoutId, 16))),
    single(PROCESS_METRICS.startTime, (one) => (one.life.startMs === null ? null : one.life.startMs / 1000)),
    {
      family: PROCESS_METRICS.info,
      samples: labelled.map(({ one: { life }, labels }) => ({
        labels: { ...labels, runtime: life.runtime, runtime_version: life.runtimeVersion, evidence: life.evidence },
        value: 1,
      })),
    },
  ];
}

export interface OwnCost {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

export function collectorMetrics(
  accounts: Accounts,
  processes: number,
  usage: { readonly layouts: number; readonly bytes: number } | null,
  cost: OwnCost
): Samples[] {
  const one = (family: MetricFamily, value: number | null, labels: Labels = {}): Samples => ({
    family,
    samples: value === null ? [] : [{ labels, value }],
  });
  const perFile = (family: MetricFamily, values: Accounts['reads']): Samples => ({
    family,
    samples: READ_FILES.map((file) => ({ labels: { file }, value: values[file] })),
  });
  const runtime = process.versions['bun'] ? `bun ${process.versions['bun']}` : `node ${process.versions.node}`;
  return [
    one(COLLECTOR_METRICS.buildInfo, 1, { version: PLATEAU_VERSION, runtime }),
    one(COLLECTOR_METRICS.processes, processes),
    one(COLLECTOR_METRICS.cycleDuration, accounts.cycleSeconds),
    one(COLLECTOR_METRICS.cycles, accounts.cycles),
    perFile(COLLECTOR_METRICS.readSeconds, accounts.readSeconds),
    perFile(COLLECTOR_METRICS.reads, accounts.reads),
    {
      family: COLLECTOR_METRICS.errors,
      samples: ERROR_REASONS.map((reason) => ({ labels: { reason }, value: accounts.errors[reason] })),
    },
    one(COLLECTOR_METRICS.skippedLayouts, accounts.skippedLayouts),
    one(COLLECTOR_METRICS.storedLayouts, usage?.layouts ?? null),
    one(COLLECTOR_METRICS.storedBytes, usage?.bytes ?? null),
    one(COLLECTOR_METRICS.cpuSeconds, cost.cpuSeconds),
    one(COLLECTOR_METRICS.residentMemory, cost.residentBytes),
  ];
}

function labelsOf({ life, pid }: Followed, withPid: boolean): Labels {
  return withPid ? { process: life.process, pid: String(pid) } : { process: life.process };
}
