import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DataSourceInstance, InstanceSettings } from '../../../src/adapters/pluginv2/handlers';
import { createInstances } from '../../../src/adapters/pluginv2/instances';

const settings = (parts: Partial<InstanceSettings> = {}): InstanceSettings => ({
  uid: 'u1',
  name: 'Plateau',
  url: '',
  user: '',
  basicAuthEnabled: false,
  basicAuthUser: '',
  jsonData: {},
  secureJsonData: new Map(),
  updatedMs: 1,
  grafanaConfig: new Map(),
  ...parts,
});

describe('createInstances', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const setup = () => {
    const closed: string[] = [];
    const open = vi.fn((given: InstanceSettings): DataSourceInstance => {
      const name = `${given.uid}@${given.updatedMs}`;
      return { query: async () => [], health: vi.fn(), resource: vi.fn(), close: async () => void closed.push(name) };
    });
    return { closed, open, instances: createInstances(open, 5000) };
  };

  it('opens a data source once', () => {
    const { open, instances } = setup();
    expect(instances.get(settings())).toBe(instances.get(settings({ jsonData: {} })));
    expect(open).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['saved', { updatedMs: 2 }],
    ['another secret without a new date', { secureJsonData: new Map([['collectorToken', 'x']]) }],
    ['another URL without a new date', { url: 'http://x' }],
  ])('opens it anew when it changes, and closes the old one late: %s', (_, change) => {
    const { open, closed, instances } = setup();
    instances.get(settings());
    instances.get(settings(change));
    expect(open).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(4999);
    expect(closed).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(closed).toEqual(['u1@1']);
  });

  it('keeps data sources apart and closes all at the end', async () => {
    const { closed, instances } = setup();
    instances.get(settings());
    instances.get(settings({ uid: 'u2' }));
    await instances.closeAll();
    expect(closed).toEqual(['u1@1', 'u2@1']);
  });
});
