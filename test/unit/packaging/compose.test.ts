import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { decodeJsonData } from '../../../src/contract/settings';

const root = path.join(import.meta.dirname, '..', '..', '..');
const yaml = (file: string): unknown => parse(readFileSync(path.join(root, file), 'utf8'));

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  volumes?: string[];
  ports?: string[];
  network_mode?: string;
  environment?: Record<string, string>;
}
const compose = yaml('docker-compose.yml') as { services: Record<string, Service>; volumes: Record<string, null> };
const services = Object.entries(compose.services);

test('the compose file has the four parts of the picture and nothing else', () => {
  expect(Object.keys(compose).sort()).toEqual(['services', 'volumes']);
  expect(Object.keys(compose.services)).toEqual(['grafana', 'prometheus', 'collector', 'demo']);
});

describe.each(services)('service %s', (_name, service) => {
  test('is built from this repository, or has a pinned image', () => {
    expect([service.image, service.build].filter(Boolean)).toHaveLength(1);
    if (service.image) expect(service.image).toMatch(/^[a-z/]+:v?\d+\.\d+\.\d+(-[a-z-]+)?$/);
    if (service.build) expect(existsSync(path.join(root, service.build.context, service.build.dockerfile))).toBe(true);
  });

  test('mounts only what is in the repository or declared as a volume', () => {
    for (const mount of service.volumes ?? []) {
      const [from = '', to = '', mode] = mount.split(':');
      expect(to).toMatch(/^\//);
      if (!from.startsWith('.')) expect(Object.keys(compose.volumes)).toContain(from);
      // dist is what the build makes; everything else is committed.
      else if (from !== './dist') expect(existsSync(path.join(root, from)), from).toBe(true);
      if (from.startsWith('.')) expect(mode).toBe('ro');
    }
  });

  test('can be reached from this machine only', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    if (service.network_mode) expect(service.network_mode).toBe('service:grafana');
  });
});

test('Grafana is told to load the plugin without a signature', () => {
  const allowed = compose.services.grafana?.environment?.GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS?.split(',');
  expect(allowed).toEqual(['plateau-addressspace-datasource']);
});

test('the provisioned data source has settings that the backend reads, at addresses that the services use', () => {
  const { datasources } = yaml('provisioning/datasources/plateau.yml') as {
    datasources: Array<{ type: string; url: string; jsonData: Record<string, unknown> }>;
  };
  const ours = datasources.find(({ type }) => type === 'plateau-addressspace-datasource')!;
  const known = Object.keys(decodeJsonData({}));
  expect(known).toEqual(expect.arrayContaining(Object.keys(ours.jsonData)));
  expect(decodeJsonData(ours.jsonData)).toMatchObject(ours.jsonData);
  const text = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8');
  for (const url of [ours.url, String(ours.jsonData.collectorUrl)]) {
    expect(text).toContain(`127.0.0.1:${new URL(url).port}`);
  }
});

test('Prometheus scrapes the collector, and the dashboards are read from where they are mounted', () => {
  const prometheus = yaml('provisioning/prometheus/prometheus.yml') as {
    scrape_configs: Array<{ static_configs: Array<{ targets: string[] }> }>;
  };
  const targets = prometheus.scrape_configs.flatMap((job) => job.static_configs.flatMap((config) => config.targets));
  expect(targets).toContain('localhost:9871');
  const provider = yaml('provisioning/dashboards/plateau.yml') as { providers: Array<{ options: { path: string } }> };
  const mounted = compose.services.grafana?.volumes?.map((mount) => mount.split(':')[1]);
  expect(mounted).toContain(provider.providers[0]!.options.path);
});
