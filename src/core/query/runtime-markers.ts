/**
 * Which runtime a target runs, told by metrics that only its client library exports. Names: client_golang, client_java
 * and Micrometer, prom-client, client_python, prometheus-net, prometheus.erl; and our own collector's info metric.
 */
import type { Engine } from './engine';
import { type Labels, sameTarget, selectorForTargets } from './labels';
import { SourceError } from './sources';

const INFO_METRIC = 'plateau_process_info';

const MARKERS: Readonly<Record<string, string>> = {
  go_info: 'go',
  jvm_info: 'jvm',
  jvm_memory_max_bytes: 'jvm',
  nodejs_version_info: 'node',
  python_info: 'cpython',
  dotnet_total_memory_bytes: 'dotnet',
  erlang_vm_memory_bytes_total: 'beam',
};

/** @returns runtime by label set, in the order given; empty where nothing tells */
export async function readRuntimes(targets: readonly Labels[], engine: Engine): Promise<readonly string[]> {
  const none = targets.map(() => '');
  const selector = selectorForTargets([...Object.keys(MARKERS), INFO_METRIC], targets);
  if (!engine.series || targets.length === 0 || selector === null) return none;
  const { fromMs, toMs } = engine.window;
  const stepMs = Math.max(1_000, Math.ceil((toMs - fromMs) / 4_000) * 1_000);
  try {
    const { series } = await engine.series.range(selector, fromMs, toMs, stepMs, engine.signal);
    return targets.map((labels) => runtimeOf(labels, series));
  } catch (error) {
    // A supplement: without it such steps have no cause, which is said anyway.
    if (error instanceof SourceError) return none;
    throw error;
  }
}

function runtimeOf(labels: Labels, series: ReadonlyArray<{ readonly labels: Labels }>): string {
  for (const { labels: candidate } of series) {
    if (!sameTarget(labels, candidate)) continue;
    const name = candidate.__name__ ?? '';
    if (name === INFO_METRIC) {
      if (candidate.process === labels.process && candidate.runtime) return candidate.runtime;
      continue;
    }
    // One target with several processes has the metrics of none of them.
    const runtime = labels.process === undefined ? MARKERS[name] : undefined;
    if (runtime !== undefined) return runtime;
  }
  return '';
}
