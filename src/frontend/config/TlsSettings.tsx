import React from 'react';
import { SecretSetting, SwitchSetting, TextSetting } from './inputs';
import type { SettingsEditor } from './settings';

/** Certificates for Prometheus, under the keys that Grafana's own data sources use. */
export function TlsSettings({ editor }: { editor: SettingsEditor }) {
  const { tlsAuth, tlsAuthWithCACert, tlsSkipVerify, serverName } = editor.settings.jsonData;
  return (
    <>
      <SwitchSetting
        id="plateau-tls-ca"
        label="Own certificate authority"
        tooltip="For a server whose certificate is not signed by a public authority."
        value={tlsAuthWithCACert ?? false}
        onChange={(value) => editor.changeJson({ tlsAuthWithCACert: value })}
      />
      {tlsAuthWithCACert && (
        <SecretSetting
          id="plateau-tls-ca-cert"
          label="CA certificate"
          placeholder="-----BEGIN CERTIFICATE-----"
          editor={editor}
          name="tlsCACert"
          multiline
        />
      )}
      <SwitchSetting
        id="plateau-tls-client"
        label="Client certificate"
        tooltip="For a server that asks who is calling."
        value={tlsAuth ?? false}
        onChange={(value) => editor.changeJson({ tlsAuth: value })}
      />
      {tlsAuth && (
        <>
          <TextSetting
            id="plateau-tls-server-name"
            label="Server name"
            tooltip="The name in the server's certificate, when it differs from the address."
            placeholder="prometheus.example.org"
            value={serverName ?? ''}
            onChange={(value) => editor.changeJson({ serverName: value })}
          />
          <SecretSetting
            id="plateau-tls-client-cert"
            label="Certificate"
            placeholder="-----BEGIN CERTIFICATE-----"
            editor={editor}
            name="tlsClientCert"
            multiline
          />
          <SecretSetting
            id="plateau-tls-client-key"
            label="Key"
            placeholder="-----BEGIN PRIVATE KEY-----"
            editor={editor}
            name="tlsClientKey"
            multiline
          />
        </>
      )}
      <SwitchSetting
        id="plateau-tls-skip"
        label="Skip verification"
        tooltip="Accepts any certificate, a forged one as well. For trying out only."
        value={tlsSkipVerify ?? false}
        onChange={(value) => editor.changeJson({ tlsSkipVerify: value })}
      />
    </>
  );
}
