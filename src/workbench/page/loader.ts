/// <reference types="systemjs" />
/**
 * Loads built plugins as Grafana does: SystemJS with an import map for the shared packages, sources fetched and
 * evaluated with AMD's `define` as a parameter, because a global `define` would disturb Monaco's own loader.
 */
import 'systemjs/dist/system.js';
import 'systemjs/dist/extras/amd.js';
import * as emotionCss from '@emotion/css';
import * as emotionReact from '@emotion/react';
import * as grafanaData from '@grafana/data';
import * as grafanaRuntime from '@grafana/runtime';
import * as grafanaUi from '@grafana/ui';
import * as i18next from 'i18next';
import lodash from 'lodash';
import moment from 'moment';
import * as react from 'react';
import * as reactDom from 'react-dom';
import * as rxjs from 'rxjs';
import * as rxjsOperators from 'rxjs/operators';

declare global {
  interface Window {
    define?: unknown;
    __grafana_amd_define?: unknown;
  }
}

/** A library that is a function is called as it is imported: moment(), lodash(). */
const callable = (library: object): System.Module => ({ ...library, default: library, __useDefault: true });

/**
 * Only names that every supported Grafana shares: a wrong external must fail here as it fails there.
 * Grafana 10.1 has no react/jsx-runtime, and no Grafana has @grafana/schema or @grafana/i18n.
 */
const SHARED: Readonly<Record<string, System.Module>> = {
  '@emotion/css': { ...emotionCss },
  '@emotion/react': { ...emotionReact },
  '@grafana/data': { ...grafanaData },
  '@grafana/runtime': { ...grafanaRuntime },
  '@grafana/ui': { ...grafanaUi },
  i18next: { ...i18next },
  lodash: callable(lodash),
  moment: callable(moment),
  react: { ...react, default: react },
  'react-dom': { ...reactDom, default: reactDom },
  rxjs: { ...rxjs },
  'rxjs/operators': { ...rxjsOperators },
};

function setUp(): void {
  window.__grafana_amd_define = window.define;
  window.define = undefined;
  const imports: Record<string, string> = {};
  for (const [name, module] of Object.entries(SHARED)) {
    System.set(`app:${name}`, module);
    imports[name] = `app:${name}`;
  }
  System.addImportMap({ imports });
  const loader = System.constructor.prototype as {
    shouldFetch: () => boolean;
    fetch: (url: string, options: RequestInit) => Promise<Response>;
  };
  const fetchSource = loader.fetch;
  loader.shouldFetch = () => true;
  loader.fetch = async function (url, options) {
    const answer = await fetchSource.call(this, url, options);
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}. Is dist/ built?`);
    const source = await answer.text();
    return new Response(`(function(define){\n${source}\n})(window.__grafana_amd_define);`, {
      headers: { 'content-type': 'text/javascript' },
    });
  };
}

setUp();

const loaded = new Map<string, Promise<unknown>>();

/**
 * @param url of a built module.js
 * @returns its `plugin` export, loaded once; rejects when an external is not shared or the module has no plugin
 */
export function loadPluginModule<T>(url: string): Promise<T> {
  const known = loaded.get(url);
  if (known) return known as Promise<T>;
  const loading = System.import(url).then((module: { plugin?: unknown; default?: { plugin?: unknown } }) => {
    const plugin = module.plugin ?? module.default?.plugin;
    if (!plugin) throw new Error(`${url} exports no plugin.`);
    return plugin as T;
  });
  loaded.set(url, loading);
  return loading;
}
