import { describe, expect, test } from 'vitest';
import { createLabelBook, labelBase } from '../../../src/core/snapshot/process-label';

const ID = '4be1f09c2a'.padEnd(64, '0');

describe('the base of a label', () => {
  test.each([
    ['/', 'node', 'node'],
    [null, 'node', 'node'],
    ['/system.slice/nginx.service', 'nginx', 'nginx.service'],
    ['/system.slice/php8.2-fpm.service', 'php-fpm', 'php8.2-fpm.service:php-fpm'],
    ['/system.slice/postgresql@15-main.service', 'postgres', 'postgresql@15-main.service:postgres'],
    ['/user.slice/user-1000.slice/session-3.scope', 'vim', 'vim'],
    ['/user.slice/user-1000.slice/user@1000.service/init.scope', 'systemd', 'systemd'],
    ['/user.slice/user-1000.slice/user@1000.service/app.slice/gpg-agent.service', 'gpg-agent', 'gpg-agent.service'],
    [`/docker/${ID}`, 'redis-server', '4be1f09c2a00:redis-server'],
    [`/system.slice/docker-${ID}.scope`, 'redis-server', '4be1f09c2a00:redis-server'],
    [`/machine.slice/libpod-${ID}.scope/container`, 'x', '4be1f09c2a00:x'],
    [
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0a1b2c3d_1111_2222_3333_444455556666.slice/cri-containerd-${ID}.scope`,
      'java',
      'pod-0a1b2c3d:java',
    ],
    [`/kubepods/besteffort/pod0a1b2c3d-1111-2222-3333-444455556666/${ID}`, 'java', 'pod-0a1b2c3d:java'],
    ['/', '  ', 'unnamed'],
  ])('%s with %s is %s', (cgroup, comm, expected) => {
    expect(labelBase(cgroup, comm)).toBe(expected);
  });

  test('of a restarted container in a pod stays', () => {
    const path = (id: string): string =>
      `/kubepods/besteffort/pod0a1b2c3d-1111-2222-3333-444455556666/${id.padEnd(64, '0')}`;
    expect(labelBase(path('aa'), 'java')).toBe(labelBase(path('bb'), 'java'));
  });
});

describe('instances', () => {
  test('get the lowest free number, so a restarted one gets its own back', () => {
    const book = createLabelBook();
    expect([book.take('node'), book.take('node'), book.take('node')]).toEqual(['node', 'node-2', 'node-3']);
    book.free('node-2');
    expect(book.take('node')).toBe('node-2');
    book.free('node');
    expect(book.take('node')).toBe('node');
  });

  test('never share a label with a command that is called so', () => {
    const book = createLabelBook();
    expect([book.take('node-2'), book.take('node'), book.take('node'), book.take('node-2')]).toEqual([
      'node-2',
      'node',
      'node-3',
      'node-2-2',
    ]);
  });

  test('of an earlier run are claimed once', () => {
    const book = createLabelBook();
    expect([book.claim('node-2'), book.claim('node-2'), book.take('node'), book.take('node')]).toEqual([
      true,
      false,
      'node',
      'node-3',
    ]);
  });
});
