/** Sets up what Grafana's core sets up for its packages, loads the plugin and shows the page. */
import './style.css';
import { EventBusSrv, type PanelPluginMeta } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import {
  type EchoSrv,
  locationService,
  setAppEvents,
  setBackendSrv,
  setDataSourceSrv,
  setEchoSrv,
  setLocationSrv,
  setRunRequest,
  setTemplateSrv,
} from '@grafana/runtime';
import { initializeLoggersRegistry, reloadDataSourceInstanceSettings } from '@grafana/runtime/unstable';
import React from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { readBundledDashboards } from './dashboard/bundled';
import { registerStandards } from './field-config';
import { interceptLinkClicks } from './link-clicks';
import { registerPanels } from './panels';
import { createBackendSrv } from './services/backend-srv';
import { createDataSourceSrv } from './services/data-source-srv';
import { runRequest } from './services/run-request';
import { createTemplateSrv } from './services/template-srv';

declare global {
  interface Window {
    /** Written into the page by the server. */
    workbench: { readonly panels: Readonly<Record<string, PanelPluginMeta>> };
  }
}

const NO_ECHO: EchoSrv = {
  flush: () => undefined,
  addBackend: () => undefined,
  addEvent: () => undefined,
  onInteraction: () => () => undefined,
};

async function start(): Promise<void> {
  window.MonacoEnvironment = { getWorker: () => new Worker('/workbench/editor.worker.js', { type: 'module' }) };
  registerStandards();
  initializeLoggersRegistry();
  setAppEvents(new EventBusSrv());
  setEchoSrv(NO_ECHO);
  setLocationSrv(locationService);
  setBackendSrv(createBackendSrv());
  setTemplateSrv(createTemplateSrv());
  setRunRequest(runRequest);
  // Fills the packages' own map of data sources, which it reads from the server as long as no DataSourceSrv is set.
  await reloadDataSourceInstanceSettings();
  const sources = await createDataSourceSrv();
  setDataSourceSrv(sources);
  registerPanels(window.workbench.panels);
  // Axes are drawn on a canvas, which does not wait for fonts.
  await Promise.all([
    initPluginTranslations('grafana'),
    document.fonts.load('12px Inter'),
    document.fonts.load('500 12px Inter'),
  ]);
  const dashboards = await readBundledDashboards(sources.settings().meta);
  document.addEventListener('click', interceptLinkClicks);
  createRoot(document.getElementById('root')!).render(<App sources={sources} dashboards={dashboards} />);
}

start().catch((error: Error) => {
  console.error(error);
  const message = document.createElement('pre');
  message.setAttribute('role', 'alert');
  message.textContent = `The workbench cannot show the plugin: ${error.message}`;
  document.getElementById('root')!.replaceChildren(message);
});
