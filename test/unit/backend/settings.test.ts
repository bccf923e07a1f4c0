import { describe, expect, it } from 'vitest';
import type { InstanceSettings } from '../../../src/adapters/pluginv2/handlers';
import { toBackendSettings } from '../../../src/backend/settings';

const settings = (parts: Partial<InstanceSettings> = {}): InstanceSettings => ({
  uid: 'u1',
  name: 'Plateau',
  url: '',
  user: '',
  basicAuthEnabled: false,
  basicAuthUser: '',
  jsonData: {},
  secureJsonData: new Map(),
  updatedMs: 0,
  grafanaConfig: new Map(),
  ...parts,
});
const secrets = (entries: Record<string, string>) => new Map(Object.entries(entries));

describe('toBackendSettings', () => {
  it('has defaults for everything, whatever jsonData is', () => {
    for (const jsonData of [
      undefined,
      null,
      [],
      'x',
      { timeoutSeconds: 'soon', maxSeries: -1, showAddresses: 'yes' },
    ]) {
      const found = toBackendSettings(settings({ jsonData }));
      expect(found).toMatchObject({ prometheus: null, way: null, collector: null });
      expect(found.jsonData).toMatchObject({ timeoutSeconds: 10, maxSeries: 50, showAddresses: false });
    }
  });

  it('takes basic auth, TLS and headers as Grafana keeps them', () => {
    const found = toBackendSettings(
      settings({
        url: ' https://p:9090 ',
        basicAuthEnabled: true,
        basicAuthUser: 'u',
        jsonData: {
          httpHeaderName1: 'X-Scope-OrgID',
          httpHeaderName2: 'Authorization',
          tlsAuthWithCACert: true,
          tlsSkipVerify: true,
          serverName: 's',
          timeoutSeconds: 3,
        },
        secureJsonData: secrets({
          basicAuthPassword: 'p',
          httpHeaderValue1: 't1',
          httpHeaderValue2: 'Bearer b',
          tlsCACert: 'CA',
          tlsClientKey: 'unused',
        }),
      })
    );
    expect(found.prometheus!()).toEqual({
      url: 'https://p:9090',
      basicAuth: { user: 'u', password: 'p' },
      headers: { 'X-Scope-OrgID': 't1', Authorization: 'Bearer b' },
      tls: { skipVerify: true, ca: 'CA', serverName: 's' },
      timeoutMs: 3000,
    });
  });

  it('leaves out headers that would be two, or none', () => {
    const jsonData = { httpHeaderName1: 'X-A', httpHeaderName2: 'X B', httpHeaderName3: 'X-C', httpHeaderName4: 7 };
    const secureJsonData = secrets({ httpHeaderValue1: 'a\r\nX-Evil: 1', httpHeaderValue2: 'b' });
    expect(toBackendSettings(settings({ url: 'http://p', jsonData, secureJsonData })).prometheus!().headers).toEqual(
      {}
    );
  });

  it('prefers its own URL to the second way, and there an entered address to the one that Grafana tells', () => {
    const jsonData = { prometheusUid: 'prom' };
    const grafanaConfig = new Map([['GF_APP_URL', 'http://g/']]);
    expect(toBackendSettings(settings({ url: 'http://p', jsonData })).way).toBe('direct');
    expect(toBackendSettings(settings({ jsonData, grafanaConfig })).prometheus!().url).toBe(
      'http://g/api/datasources/proxy/uid/prom'
    );
    const entered = { ...jsonData, grafanaUrl: 'http://other' };
    expect(toBackendSettings(settings({ jsonData: entered, grafanaConfig })).prometheus!().url).toContain(
      'http://other/api/'
    );
  });
});
