import React from 'react';
import { getDataSourceSrv } from '@grafana/runtime';
import { Choice } from '../ui/Choice';
import { HeaderSettings } from './HeaderSettings';
import { LabelledField, NumberSetting, SecretSetting, SwitchSetting, TextSetting } from './inputs';
import { Section } from './Section';
import { settingsEditor, type EditorProps } from './settings';
import { TlsSettings } from './TlsSettings';
import { checkUrl } from './url';

/** The settings page. Save & test asks the backend, which checks each address and says what to do. */
export function ConfigEditor(props: EditorProps) {
  const editor = settingsEditor(props);
  const { settings, change, changeJson } = editor;
  const { jsonData } = settings;
  return (
    <>
      <Section
        title="Collector"
        help="The Plateau collector keeps the layouts of the processes on a host. With it, every byte is explained exactly; without it, Plateau estimates from the metrics of the runtimes."
      >
        <TextSetting
          id="plateau-collector-url"
          label="Collector URL"
          tooltip="As Grafana's server sees it. May be empty."
          placeholder="http://localhost:9871"
          value={jsonData.collectorUrl ?? ''}
          problem={checkUrl(jsonData.collectorUrl ?? '')}
          onChange={(collectorUrl) => changeJson({ collectorUrl })}
        />
        <SecretSetting
          id="plateau-collector-token"
          label="Collector token"
          tooltip="Only when the collector was started with one."
          editor={editor}
          name="collectorToken"
        />
      </Section>

      <Section
        title="Prometheus"
        help="Where the memory series come from. Without it, Plateau answers from the collector's own timeline. Grafana's server asks Prometheus, so alert rules work as well."
      >
        <TextSetting
          id="plateau-prometheus-url"
          label="Prometheus URL"
          tooltip="As Grafana's server sees it. May be empty."
          placeholder="http://localhost:9090"
          value={settings.url ?? ''}
          problem={checkUrl(settings.url ?? '')}
          onChange={(url) => change({ url })}
        />
        <SwitchSetting
          id="plateau-basic-auth"
          label="Basic authentication"
          value={settings.basicAuth ?? false}
          onChange={(basicAuth) => change({ basicAuth })}
        />
        {settings.basicAuth && (
          <>
            <TextSetting
              id="plateau-basic-auth-user"
              label="User"
              value={settings.basicAuthUser ?? ''}
              onChange={(basicAuthUser) => change({ basicAuthUser })}
            />
            <SecretSetting id="plateau-basic-auth-password" label="Password" editor={editor} name="basicAuthPassword" />
          </>
        )}
        <TlsSettings editor={editor} />
        <HeaderSettings editor={editor} />
      </Section>

      <Section
        title="Prometheus through Grafana"
        help="The second way, for a Prometheus that only Grafana may reach: one of its data sources, asked with a service account token. Used when no Prometheus URL is set."
      >
        <LabelledField id="plateau-prometheus-uid" label="Data source" tooltip="Name in the list, or its uid.">
          <Choice
            id="plateau-prometheus-uid"
            label="Prometheus data source"
            value={jsonData.prometheusUid ?? ''}
            options={prometheusSources()}
            width={48}
            placeholder="None"
            custom
            onChange={(prometheusUid) => changeJson({ prometheusUid })}
          />
        </LabelledField>
        <SecretSetting
          id="plateau-grafana-token"
          label="Service account token"
          tooltip="Needs the permission to query that data source."
          placeholder="glsa_..."
          editor={editor}
          name="grafanaToken"
        />
      </Section>

      <Section title="Answers" help="Bounds of a query, and what it may show. The defaults work.">
        <NumberSetting
          id="plateau-timeout"
          label="Timeout in seconds"
          min={1}
          max={300}
          fallback={10}
          value={jsonData.timeoutSeconds as number | undefined}
          onChange={(timeoutSeconds) => changeJson({ timeoutSeconds })}
        />
        <NumberSetting
          id="plateau-max-series"
          label="Series at most"
          tooltip="A query that selects more shows the first ones, with a notice."
          min={1}
          max={1000}
          fallback={50}
          value={jsonData.maxSeries as number | undefined}
          onChange={(maxSeries) => changeJson({ maxSeries })}
        />
        <SwitchSetting
          id="plateau-show-addresses"
          label="Show addresses"
          tooltip="Absolute addresses help an attacker to get around address space randomisation. Without them, positions are relative."
          value={jsonData.showAddresses ?? false}
          onChange={(showAddresses) => changeJson({ showAddresses })}
        />
      </Section>
    </>
  );
}

function prometheusSources() {
  return getDataSourceSrv()
    .getList({ type: 'prometheus' })
    .map(({ uid, name }) => ({ value: uid, label: name, description: uid }));
}
