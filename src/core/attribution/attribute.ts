/** Snapshot → what every byte of its address space is for. Pure; the sum of the categories is VmSize to the byte. */
import { SIGNATURES } from '../runtimes/registry';
import { askAll, planOf } from '../runtimes/plan';
import type { Signature } from '../runtimes/signature';
import type { Snapshot } from '../snapshot/snapshot';
import { type AttributedRange, listRanges } from './ranges';
import { type Totals, totalsOf } from './totals';
import { type Runtime, type View, createView } from './view';

export type { AttributedRange } from './ranges';

export interface Attribution extends Totals {
  /** Ascending; together they tile the mappings. Listed when they are asked for, because sums alone are enough for many. */
  readonly ranges: readonly AttributedRange[];
  readonly runtimes: readonly Runtime[];
  readonly view: View;
}

const PLAN = planOf(SIGNATURES);

export function attribute(snapshot: Snapshot, signatures: readonly Signature[] = SIGNATURES): Attribution {
  const view = createView(snapshot);
  askAll(signatures === SIGNATURES ? PLAN : planOf(signatures), view);
  const { virtualBytes, categories, regions } = totalsOf(view);
  let ranges: AttributedRange[] | null = null;
  return {
    virtualBytes,
    categories,
    regions,
    get ranges() {
      return (ranges ??= listRanges(view));
    },
    runtimes: view.runtimes.map((runtime) => withExactVersion(runtime, snapshot)),
    view,
  };
}

/** What lies beside the runtime says more than its path. */
function withExactVersion(runtime: Runtime, { runtimeVersions }: Snapshot): Runtime {
  const version = runtimeVersions[runtime.name];
  return version === undefined ? runtime : { ...runtime, version };
}
