/**
 * /proc/PID/cgroup → the path that names the container or unit.
 *
 * Source: kernel/cgroup/cgroup.c (proc_cgroup_show), cgroups(7). Samples: v2 `0::/system.slice/api.service`,
 * v1 `4:memory:/docker/3f2a...`. A host with both shows v1 lines and a v2 line that may only say `/`: the deepest path
 * of memory, v2 and systemd is taken, in that order of preference.
 */
import { ParseError } from '../errors';
import { linesOf } from './lines';

/**
 * @returns a path that begins with `/`; `/` for the root group
 * @throws ParseError on a line without two colons
 */
export function parseCgroup(text: string, file = 'cgroup'): string {
  const paths: Record<'memory' | 'v2' | 'systemd', string> = { memory: '', v2: '', systemd: '' };
  for (const line of linesOf(text)) {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line.text);
    if (!match) throw new ParseError(file, line.number, line.text, 'is not a cgroup');
    const [, controllers, path] = match as unknown as [string, string, string];
    if (controllers === '') paths.v2 = path;
    else if (controllers === 'name=systemd') paths.systemd = path;
    else if (controllers.split(',').includes('memory')) paths.memory = path;
  }
  return [paths.memory, paths.v2, paths.systemd].find((path) => path.length > 1) ?? '/';
}
