/** What any user may read of any process: enough for bounds, a label and limits when maps is denied. */
import { join } from 'node:path';
import { parseCgroup } from '../../core/mapping/parse-cgroup';
import { parseLimits } from '../../core/mapping/parse-limits';
import { parseStatus } from '../../core/mapping/parse-status';
import type { Limits, Status } from '../../core/snapshot/snapshot';
import { type Read, readText } from './read-file';

export interface OpenFacts {
  readonly status: Status;
  readonly limits: Limits | null;
  readonly cgroup: string | null;
}

/** @throws ParseError */
export function readOpenFacts(pid: number, root = '/proc'): Read<OpenFacts> {
  const file = (name: string): string => join(root, String(pid), name);
  const status = readText(file('status'));
  if (status.kind !== 'ok') return status;
  const limits = readText(file('limits'));
  const cgroup = readText(file('cgroup'));
  return {
    kind: 'ok',
    value: {
      status: parseStatus(status.value, file('status')),
      limits: limits.kind === 'ok' && limits.value !== '' ? parseLimits(limits.value, file('limits')) : null,
      cgroup: cgroup.kind === 'ok' && cgroup.value !== '' ? parseCgroup(cgroup.value, file('cgroup')) : null,
    },
  };
}
