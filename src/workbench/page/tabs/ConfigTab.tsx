/** The data source's settings page: the plugin's own editor, and Save & test as Grafana does it. */
import type { DataSourceSettings } from '@grafana/data';
import { getBackendSrv } from '@grafana/runtime';
import { Alert, Button, Field, Input } from '@grafana/ui';
import React, { useEffect, useState } from 'react';
import type { AnyDataSourcePlugin, WorkbenchDataSources } from '../services/data-source-srv';

interface Verdict {
  readonly status: string;
  readonly message: string;
  readonly details?: { readonly verboseMessage?: string };
}

/** Health checks of Grafana reject with the backend's message; both ways end in one verdict. */
async function saveAndTest(sources: WorkbenchDataSources, settings: DataSourceSettings): Promise<Verdict> {
  await getBackendSrv().put(`/api/datasources/uid/${settings.uid}`, settings);
  await sources.reload();
  const dataSource = await sources.get();
  try {
    return (await dataSource.testDatasource()) as Verdict;
  } catch (reason) {
    const { message, details } = reason as Verdict;
    return { status: 'error', message, ...(details ? { details } : {}) };
  }
}

export function ConfigTab({ sources }: { sources: WorkbenchDataSources }) {
  const [plugin, setPlugin] = useState<AnyDataSourcePlugin>();
  const [settings, setSettings] = useState<DataSourceSettings>();
  const [verdict, setVerdict] = useState<Verdict>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    void sources.plugin().then(setPlugin);
    void getBackendSrv().get<DataSourceSettings>(`/api/datasources/uid/${sources.settings().uid}`).then(setSettings);
  }, [sources]);

  const Editor = plugin?.components.ConfigEditor;
  if (!plugin || !settings) return null;
  const test = async (): Promise<void> => {
    setBusy(true);
    setVerdict(undefined);
    try {
      setVerdict(await saveAndTest(sources, settings));
      setSettings(await getBackendSrv().get<DataSourceSettings>(`/api/datasources/uid/${settings.uid}`));
    } catch (reason) {
      setVerdict({ status: 'error', message: (reason as Error).message });
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      style={{ maxWidth: 960, padding: 24 }}
      onSubmit={(event) => {
        event.preventDefault();
        void test();
      }}
    >
      <Field label="Name" htmlFor="data-source-name">
        <Input
          id="data-source-name"
          width={40}
          value={settings.name}
          onChange={({ currentTarget }) => setSettings({ ...settings, name: currentTarget.value })}
        />
      </Field>
      {Editor && <Editor options={settings} onOptionsChange={setSettings} />}
      <div aria-live="polite" style={{ marginTop: 24 }}>
        {verdict && (
          <Alert
            data-testid="health"
            severity={verdict.status === 'error' ? 'error' : 'success'}
            title={verdict.message}
          >
            {verdict.details?.verboseMessage}
          </Alert>
        )}
      </div>
      <Button type="submit" disabled={busy}>
        {busy ? 'Testing' : 'Save & test'}
      </Button>
    </form>
  );
}
