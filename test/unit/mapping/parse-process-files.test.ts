import { describe, expect, test } from 'vitest';
import { bytesOfHex, parsePageSize } from '../../../src/core/mapping/parse-auxv';
import { parseCgroup } from '../../../src/core/mapping/parse-cgroup';
import { parseExe } from '../../../src/core/mapping/parse-exe';
import { parseLimits } from '../../../src/core/mapping/parse-limits';
import { parseStat } from '../../../src/core/mapping/parse-stat';
import { parseStatm } from '../../../src/core/mapping/parse-statm';
import { parseStatus } from '../../../src/core/mapping/parse-status';
import { parseBootTime, parseSystem } from '../../../src/core/mapping/parse-system';
import { parseSyscall, parseThreads } from '../../../src/core/mapping/parse-threads';

const STAT_REST =
  't 27588 27588 27588 0 -1 4194560 86440 0 1 0 7 17 0 0 20 0 9 0 304206 1636241408 6657 18446744073709551615 4194304';

describe('statm', () => {
  test('has pages in the order size, resident, shared, text, data', () => {
    expect(parseStatm('399473 6717 1939 1107 0 106063 0\n')).toEqual({
      size: 399473,
      resident: 6717,
      shared: 1939,
      text: 1107,
      data: 106063,
    });
  });

  test.each(['', '1 2 3', '1 2 3 4 5 6 x', 'a b c d e f g', '-1 0 0 0 0 0 0'])(
    '%j is refused with file and line',
    (text) => {
      expect(() => parseStatm(text, 'dir/statm')).toThrow(/^dir\/statm: line 1 /);
    }
  );
});

describe('stat', () => {
  test('gives identity, threads and sizes', () => {
    expect(parseStat(`27592 (daemon) ${STAT_REST}\n`)).toEqual({
      pid: 27592,
      comm: 'daemon',
      state: 't',
      parent: 27588,
      group: 27588,
      threads: 9,
      startTicks: 304206,
      virtualBytes: 1636241408,
      resident: 6657,
    });
  });

  test.each(['a b', '(sd-pam)', ') R 1 (', 'x) (y', '', 'two\nlines', ') S 1 2 3 ('])(
    'keeps the name %j whole',
    (comm) => {
      const stat = parseStat(`7 (${comm}) ${STAT_REST}`);
      expect(stat.comm).toBe(comm);
      expect(stat.startTicks).toBe(304206);
    }
  );

  test.each(['', '7', '7 (a', '7 (a) R', 'x (a) R 1 2 3', `7 (a) ${STAT_REST.replace('304206', 'soon')}`])(
    'refuses %j',
    (text) => expect(() => parseStat(text)).toThrow(/^stat: line 1 is not a stat line/)
  );
});

describe('status', () => {
  const text =
    'Name:\tdaemon\nPid:\t27592\nVmPeak:\t 1597892 kB\nVmSize:\t 1597892 kB\nVmHWM:\t  350864 kB\nThreads:\t9\n';

  test('converts kB to bytes and leaves what is not there null', () => {
    const status = parseStatus(text);
    expect(status).toMatchObject({
      name: 'daemon',
      pid: 27592,
      threads: 9,
      vmSize: 1597892 * 1024,
      vmHwm: 350864 * 1024,
    });
    expect(status.vmRss).toBeNull();
  });

  test('names the line that it cannot read', () => {
    expect(() => parseStatus(`${text}VmRSS:\t many kB\n`)).toThrow(
      "status: line 7 has no size in kB: 'VmRSS:\t many kB'"
    );
    expect(() => parseStatus('Name:\ta\nVmSi')).toThrow("status: line 2 has no name: 'VmSi'");
    expect(() => parseStatus('Threads:\tsome\n')).toThrow('status: line 1 is not a number');
  });
});

describe('limits', () => {
  const head = 'Limit                     Soft Limit           Hard Limit           Units     \n';
  const line = (name: string, soft: string): string =>
    `${name.padEnd(26)}${soft.padEnd(21)}unlimited            bytes     \n`;

  test('are the soft ones; unlimited is null', () => {
    const text =
      head +
      line('Max data size', 'unlimited') +
      line('Max stack size', '8388608') +
      line('Max address space', '800000000');
    expect(parseLimits(text)).toEqual({ addressSpace: 800000000, data: null, stack: 8388608 });
  });

  test('must all be there, because a missing one would read as unlimited', () => {
    expect(() => parseLimits(head + line('Max data size', 'unlimited'))).toThrow(
      'limits: line 3 should hold "Max address space", but the file ends'
    );
    expect(() => parseLimits(head + line('Max data size', 'much'))).toThrow('limits: line 2 is not a limit');
  });
});

describe('threads', () => {
  test('have a stack pointer while they are blocked', () => {
    const text =
      'tid\tcomm\tsyscall\tstat\n' +
      '27592\tdaemon\t202 0xd87d18 0x80 0x0 0x0 0x0 0x0 0x7ffdc000e0b8 0x491303\t27592 (daemon) t 1\n' +
      '27593\ta b\trunning\t27593 (a b) R 1\n' +
      '27594\tc\t-1 0x7f0000001000 0x491303\t27594 (c) S 1\n';
    expect(parseThreads(text)).toEqual([
      { tid: 27592, comm: 'daemon', stackPointer: 0x7ffdc000e0b8 },
      { tid: 27593, comm: 'a b', stackPointer: null },
      { tid: 27594, comm: 'c', stackPointer: 0x7f0000001000 },
    ]);
  });

  test('name the line that is none', () => {
    expect(() => parseThreads('tid\tcomm\tsyscall\n12\tx', 't')).toThrow('t: line 2 is not a thread');
  });

  test.each(['', 'running', '0 0x0 0x0', '5'])('syscall text %j has no stack pointer', (text) => {
    expect(parseSyscall(text)).toBeNull();
  });
});

describe('cgroup', () => {
  test.each([
    ['0::/system.slice/api.service\n', '/system.slice/api.service'],
    ['9:name=systemd:/\n4:memory:/docker/3f2a\n0::/\n', '/docker/3f2a'],
    ['4:cpu,memory:/kubepods/pod1\n1:name=systemd:/other\n', '/kubepods/pod1'],
    ['1:name=systemd:/user.slice\n0::/\n', '/user.slice'],
    ['0::/\n', '/'],
    ['', '/'],
    ['0::/a:b\n', '/a:b'],
  ])('%j is %s', (text, path) => expect(parseCgroup(text)).toBe(path));

  test('names the line that is none', () =>
    expect(() => parseCgroup('0::/\nnothing')).toThrow('cgroup: line 2 is not'));
});

describe('system.txt', () => {
  test('gives machine facts and the time of the copy', () => {
    const text =
      'uname_r\t6.18.44\nmachine\tx86_64\npage_size\t16384\nbtime\t1795417396\nclk_tck\t100\ncaptured_at\t1795420442\n';
    expect(parseSystem(text)).toEqual({
      system: {
        kernel: '6.18.44',
        machine: 'x86_64',
        pageSize: 16384,
        bootMs: 1795417396000,
        clockTicks: 100,
        maxMapCount: null,
      },
      takenMs: 1795420442000,
    });
  });

  test('may have any other line, but a number must be one', () => {
    expect(parseSystem('thp\talways [madvise] never\n').system.pageSize).toBe(4096);
    expect(() => parseSystem('page_size\tbig\n')).toThrow("system.txt: line 1 is not a number: 'page_size\tbig'");
  });

  test('boot time is the btime line of /proc/stat', () => {
    expect(parseBootTime('cpu  1 2\nbtime 1795417396\nprocesses 7\n')).toBe(1795417396000);
    expect(parseBootTime('cpu  1 2\n')).toBeNull();
  });
});

describe('auxv', () => {
  const words = (bits: 32 | 64, pairs: ReadonlyArray<readonly [number, number]>): Uint8Array => {
    const width = bits / 8;
    const data = new DataView(new ArrayBuffer(pairs.length * 2 * width));
    pairs.flat().forEach((value, i) => data.setUint32(i * width, value, true));
    return new Uint8Array(data.buffer);
  };

  test.each([4096, 16384, 65536])('page size %i, in either word width', (size) => {
    expect(
      parsePageSize(
        words(64, [
          [33, 7],
          [6, size],
          [0, 0],
        ])
      )
    ).toBe(size);
    expect(
      parsePageSize(
        words(32, [
          [33, 7],
          [6, size],
          [0, 0],
        ])
      )
    ).toBe(size);
  });

  test('nothing where there is none', () => {
    expect(parsePageSize(new Uint8Array())).toBeNull();
    expect(parsePageSize(words(64, [[6, 5000]]))).toBeNull();
  });

  test('hex digits to bytes, also when cut off', () => {
    expect([...bytesOfHex('06000a\n')]).toEqual([6, 0, 10]);
    expect([...bytesOfHex('06000')]).toEqual([6, 0]);
    expect([...bytesOfHex('zz')]).toEqual([]);
  });
});

describe('exe.txt', () => {
  test('gives path and Go version', () => {
    const text =
      'exe\t/srv/a b/daemon\nbuild-id\ta5\ngo-version-m:\n/srv/a b/daemon: go1.26.8\n\tpath\tdaemon\n\tdep\tx go1.99\n';
    expect(parseExe(text)).toEqual({ exe: '/srv/a b/daemon', goVersion: '1.26.8' });
  });

  test('a development build and a program of another language', () => {
    expect(parseExe('/x: devel go1.27-3f2a Mon\n').goVersion).toBe('1.27-3f2a');
    expect(parseExe('exe\t/usr/bin/java\nbuild-id\t84\n')).toEqual({ exe: '/usr/bin/java', goVersion: null });
  });
});
