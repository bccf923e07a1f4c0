/** A /proc of text files in a temporary directory: processes come, change and go as the test says. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PAGE = 4096;
const BOOT_SECONDS = 1_795_400_000;

export interface FakeProcess {
  readonly comm?: string;
  /** Clock ticks of 10 ms after boot. */
  readonly startTicks?: number;
  /** Lines of maps, or null for a kernel thread. */
  readonly maps: readonly string[] | null;
  readonly cgroup?: string;
  readonly textPages?: number;
  readonly rssPages?: number;
}

export interface FakeProc {
  readonly root: string;
  readonly bootMs: number;
  set(pid: number, process: FakeProcess): void;
  remove(pid: number): void;
  /** Replaces one file, or makes it unreadable with null. */
  write(pid: number, file: string, text: string | null): void;
  clean(): void;
}

/** A program of 5 mappings whose heap has the given size in KiB. */
export function program(heapKib: number): string[] {
  const end = (0x55f000010000 + heapKib * 1024).toString(16);
  return [
    '55f000000000-55f000008000 r-xp 00000000 08:01 1001                       /usr/bin/api',
    '55f000008000-55f000009000 rw-p 00008000 08:01 1001                       /usr/bin/api',
    `55f000010000-${end} rw-p 00000000 00:00 0                          [heap]`,
    '7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                          [stack]',
    '7ffc00100000-7ffc00102000 r-xp 00000000 00:00 0                          [vdso]',
  ];
}

export function createFakeProc(): FakeProc {
  const root = mkdtempSync(path.join(tmpdir(), 'plateau-proc-'));
  mkdirSync(path.join(root, 'sys/vm'), { recursive: true });
  writeFileSync(path.join(root, 'sys/vm/max_map_count'), '65530\n');
  writeFileSync(path.join(root, 'stat'), `cpu  1 2 3\nbtime ${BOOT_SECONDS}\n`);
  const file = (pid: number, name: string): string => path.join(root, String(pid), name);

  return {
    root,
    bootMs: BOOT_SECONDS * 1000,
    set(pid, { comm = 'api', startTicks = 1000, maps, cgroup = '0::/', textPages = 8, rssPages = 30 }) {
      mkdirSync(path.join(root, String(pid)), { recursive: true });
      const pages = (maps ?? []).reduce((sum, line) => sum + sizeOfLine(line) / PAGE, 0);
      const data = (maps ?? [])
        .filter((line) => / rw-p /.test(line))
        .reduce((sum, line) => sum + sizeOfLine(line) / PAGE, 0);
      const rest = Array.from({ length: 27 }, () => '0').join(' ');
      const files: Record<string, string> = {
        maps: (maps ?? []).map((line) => `${line}\n`).join(''),
        statm: maps ? `${pages} ${rssPages} 10 ${textPages} 0 ${data} 0\n` : '0 0 0 0 0 0 0\n',
        stat: `${pid} (${comm}) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${startTicks} ${pages * PAGE} ${rssPages} ${rest}\n`,
        status: maps
          ? `Name:\t${comm}\nPid:\t${pid}\nThreads:\t1\nVmPeak:\t${pages * 4} kB\nVmSize:\t${pages * 4} kB\nVmHWM:\t120 kB\nVmRSS:\t${rssPages * 4} kB\nVmData:\t${data * 4 - 132} kB\nVmStk:\t132 kB\nVmExe:\t32 kB\nVmLib:\t8 kB\nVmPTE:\t40 kB\n`
          : `Name:\t${comm}\nPid:\t${pid}\nThreads:\t1\n`,
        comm: `${comm}\n`,
        cgroup: `${cgroup}\n`,
        cmdline: `/usr/bin/${comm}\0--secret=hunter2\0`,
        environ: 'PASSWORD=hunter2\0',
        limits: `Limit                     Soft Limit           Hard Limit           Units\nMax data size             unlimited            unlimited            bytes\nMax stack size            8388608              unlimited            bytes\nMax address space         unlimited            unlimited            bytes\n`,
      };
      for (const [name, text] of Object.entries(files)) writeFileSync(file(pid, name), text);
    },
    remove: (pid) => rmSync(path.join(root, String(pid)), { recursive: true }),
    write(pid, name, text) {
      if (text === null) {
        // A directory in place of the file fails for root too, where a mode would not.
        rmSync(file(pid, name));
        mkdirSync(file(pid, name));
      } else {
        writeFileSync(file(pid, name), text);
      }
    },
    clean() {
      chmodSync(root, 0o700);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function sizeOfLine(line: string): number {
  const [start, end] = line.split(' ')[0]!.split('-') as [string, string];
  return parseInt(end, 16) - parseInt(start, 16);
}
