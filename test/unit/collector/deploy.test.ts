/** The files of deploy/ against the program that they start. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../../src/collector/load-config';
import { COLLECTOR_KEYS } from '../../../src/contract/collector-config';

const DEPLOY = path.resolve(__dirname, '../../../deploy');
const read = (file: string): string => readFileSync(path.join(DEPLOY, file), 'utf8');

describe('collector.yaml', () => {
  test('holds the defaults', () => {
    expect(loadConfig(path.join(DEPLOY, 'collector.yaml'), {})).toEqual(loadConfig(null, {}));
  });

  test('names every key', () => {
    for (const key of COLLECTOR_KEYS) expect(read('collector.yaml')).toMatch(new RegExp(`^(# )?${key}:`, 'm'));
  });
});

describe('the DaemonSet', () => {
  const { spec } = parse(read('kubernetes/daemonset.yaml')).spec.template;
  const [container] = spec.containers;

  test('sees the host and has one right', () => {
    expect(spec.hostPID).toBe(true);
    expect(container.securityContext).toMatchObject({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'], add: ['SYS_PTRACE'] },
    });
    expect(container.securityContext.privileged).toBeUndefined();
    const { annotations } = parse(read('kubernetes/daemonset.yaml')).spec.template.metadata;
    expect(annotations[`container.apparmor.security.beta.kubernetes.io/${container.name}`]).toBe('unconfined');
  });

  test('is reachable only with a token, on the port that probes and scrapers use', () => {
    const options = Object.fromEntries(
      (container.args as string[]).slice(1).map((arg) => /^--([a-z-]+)=(.*)$/.exec(arg)!.slice(1)) as Array<
        [string, string]
      >
    );
    expect(Object.keys(options)).toEqual(['listen', 'token-file', 'data', 'host']);
    const { listen } = loadConfig(null, { listen: options['listen']! });
    expect(listen).toEqual({ host: '0.0.0.0', port: container.ports[0].containerPort });
    expect(container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)).toEqual([
      path.dirname(options['token-file']!),
      path.dirname(options['data']!),
    ]);
  });
});

test('the unit runs without root, with one right and within limits', () => {
  const unit = read('systemd/plateau-collector.service');
  for (const line of [
    'DynamicUser=yes',
    'NoNewPrivileges=yes',
    'AmbientCapabilities=CAP_SYS_PTRACE',
    'CapabilityBoundingSet=CAP_SYS_PTRACE',
  ]) {
    expect(unit.split('\n')).toContain(line);
  }
  expect(unit).not.toContain('MemoryDenyWriteExecute');
});
