/**
 * The `process` label: unique on the host and stable across restarts of the process, so it holds no pid.
 *
 * Source: the path in /proc/PID/cgroup (cgroups(7)), with names as systemd, Docker, containerd, CRI-O and the kubelet
 * form them. Samples:
 *   `/system.slice/nginx.service`
 *   `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0a1b2c3d_..._.slice/cri-containerd-4be1....scope`
 *   `/docker/4be1f0...`
 * The path cannot tell a container's name, only its id; a pod keeps its uid while its containers restart, so the uid is
 * taken where there is one. Session scopes and user managers are numbered anew at each login and are not used.
 */
const POD = /pod([0-9a-f]{8})[-_][0-9a-f]{4}[-_]/;
const CONTAINER = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?:\/|$)/;
const UNIT = /^.*\/([^/]+)\.service(?:\/|$)/;

/** @param cgroup path of the control group, or null when it could not be read */
export function labelBase(cgroup: string | null, comm: string): string {
  const name = comm.trim() || 'unnamed';
  const path = cgroup ?? '';
  const pod = POD.exec(path)?.[1];
  if (pod) return `pod-${pod}:${name}`;
  const container = CONTAINER.exec(path)?.[1];
  if (container) return `${container.slice(0, 12)}:${name}`;
  const unit = UNIT.exec(path)?.[1];
  if (!unit || unit.startsWith('user@')) return name;
  return unit === name ? `${unit}.service` : `${unit}.service:${name}`;
}

export interface LabelBook {
  /** Label of a new process: the first instance has no number, the next ones get the lowest number that is free. */
  take(base: string): string;
  /** Takes back a label of an earlier run. @returns false when another process has it */
  claim(label: string): boolean;
  free(label: string): void;
}

export function createLabelBook(): LabelBook {
  const taken = new Set<string>();
  const claim = (label: string): boolean => {
    if (taken.has(label)) return false;
    taken.add(label);
    return true;
  };
  return {
    take(base) {
      let label = base;
      for (let instance = 2; !claim(label); instance++) label = `${base}-${instance}`;
      return label;
    },
    claim,
    free: (label) => void taken.delete(label),
  };
}
