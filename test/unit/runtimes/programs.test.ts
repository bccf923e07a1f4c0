import { describe, expect, it } from 'vitest';
import { type Piece, attributed } from './build';

const image = (name: string, permissions = 'r-xp'): Piece => ({ start: 0x400000, size: 4096, permissions, name });

describe('servers by the name of their program', () => {
  it.each([
    ['/usr/lib/postgresql/15/bin/postgres', 'postgres', '15'],
    ['/opt/nginx-1.25.3/sbin/nginx', 'nginx', '1.25.3'],
    ['/usr/bin/redis-check-rdb', 'redis', null],
    ['/usr/sbin/haproxy (deleted)', 'haproxy', null],
  ])('%s', (path, name, version) => {
    expect(attributed([image(path)]).runtimes).toMatchObject([{ name, version }]);
  });

  it('not by a file that another program reads or maps', () => {
    expect(attributed([image('/usr/bin/postgres', 'r--p')]).runtimes).toEqual([]);
    expect(attributed([image('/usr/bin/postgres')], { exe: '/usr/bin/gdb' }).runtimes).toEqual([]);
  });

  it('comes before a language that it has inside', () => {
    const pieces = [image('/usr/sbin/haproxy'), { ...image('/usr/lib/liblua5.4.so.0.0.0'), start: 0x500000 }];
    expect(attributed(pieces).runtimes.map(({ name }) => name)).toEqual(['haproxy', 'lua']);
  });
});

describe('the C library', () => {
  it('has its version in the name of its file before glibc 2.34', () => {
    expect(attributed([image('/usr/lib/x86_64-linux-gnu/libc-2.31.so')]).runtimes).toMatchObject([
      { name: 'glibc', version: '2.31' },
    ]);
    expect(attributed([image('/usr/lib/x86_64-linux-gnu/libc.so.6')]).runtimes).toEqual([]);
    expect(attributed([image('/lib/ld-musl-x86_64.so.1')]).runtimes).toMatchObject([{ name: 'musl', version: null }]);
  });
});
