import { describe, expect, test } from 'vitest';
import { createDataSourceKeeper } from '../../../src/workbench/server/data-source';

const keeper = () =>
  createDataSourceKeeper({ pluginId: 'an-id', pluginName: 'Plateau', url: '', collectorUrl: 'http://127.0.0.1:9871' });

describe('the data source of the workbench', () => {
  test('begins with the collector that npm start runs and no Prometheus', () => {
    expect(keeper().forBackend()).toMatchObject({
      url: '',
      jsonData: { collectorUrl: 'http://127.0.0.1:9871' },
      secureJsonData: {},
    });
  });

  test('what the editor saves reaches the backend, with a later time of change', () => {
    const kept = keeper();
    const before = kept.forBackend().updatedMs!;
    kept.save({ ...kept.editable(), url: 'http://prom:9090', jsonData: { maxSeries: 7 }, basicAuth: true });
    expect(kept.forBackend()).toMatchObject({
      url: 'http://prom:9090',
      jsonData: { maxSeries: 7 },
      basicAuthEnabled: true,
    });
    expect(kept.forBackend().updatedMs).toBeGreaterThan(before);
  });

  test('a secret goes in and never comes out', () => {
    const kept = keeper();
    const answer = kept.save({ ...kept.editable(), secureJsonData: { collectorToken: 'hidden', grafanaToken: '' } });
    expect(JSON.stringify(answer)).not.toContain('hidden');
    expect(answer.secureJsonFields).toEqual({ collectorToken: true });
    expect(kept.forBackend().secureJsonData).toEqual({ collectorToken: 'hidden' });
  });

  test('a secret stays when others are saved, and is forgotten when its field was reset', () => {
    const kept = keeper();
    kept.save({ ...kept.editable(), secureJsonData: { collectorToken: 'a', basicAuthPassword: 'b' } });
    kept.save({ ...kept.editable(), secureJsonFields: { collectorToken: true, basicAuthPassword: false } });
    expect(kept.forBackend().secureJsonData).toEqual({ collectorToken: 'a' });
  });
});
