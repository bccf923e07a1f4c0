import { describe, expect, it, vi } from 'vitest';
import { cachedLayouts } from '../../../src/backend/cached-layouts';
import { fakeLayouts, known } from '../query/fixtures';

describe('cachedLayouts', () => {
  const setup = () => {
    let now = 0;
    const source = fakeLayouts([known('api')], {});
    const processes = vi.spyOn(source, 'processes');
    const snapshot = vi.spyOn(source, 'snapshot');
    return { cached: cachedLayouts(source, () => now), processes, snapshot, pass: (ms: number) => (now += ms) };
  };

  it('shares one answer among panels that ask within a second', async () => {
    const { cached, processes, pass } = setup();
    await Promise.all([cached.processes(5000, 9000), cached.processes(5400, 9900)]);
    await cached.processes(5000, 9000);
    expect(processes).toHaveBeenCalledTimes(1);
    pass(1000);
    await cached.processes(5000, 9000);
    await cached.processes(5000, 10_000);
    expect(processes).toHaveBeenCalledTimes(3);
  });

  it('keeps bodies by id, which never change, for longer', async () => {
    const { cached, snapshot, pass } = setup();
    await cached.snapshot('api', { id: 'a' });
    pass(60_000);
    await cached.snapshot('api', { id: 'a' });
    await cached.snapshot('db', { id: 'a' });
    expect(snapshot).toHaveBeenCalledTimes(2);
  });

  it('keeps no failure', async () => {
    const { cached, processes } = setup();
    processes.mockRejectedValueOnce(new Error('down'));
    await expect(cached.processes(0, 1)).rejects.toThrow('down');
    expect(await cached.processes(0, 1)).toHaveLength(1);
  });
});
