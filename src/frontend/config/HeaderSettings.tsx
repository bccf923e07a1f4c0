import React from 'react';
import { Button } from '@grafana/ui';
import { headerNumbers, nameKey, valueKey, withoutLastHeader } from './headers';
import { SecretSetting, TextSetting } from './inputs';
import type { SettingsEditor } from './settings';

/** Headers sent to Prometheus with every request, for example a tenant or a bearer token. */
export function HeaderSettings({ editor }: { editor: SettingsEditor }) {
  const { settings } = editor;
  const numbers = headerNumbers(settings.jsonData);
  const remove = () => {
    const { jsonData, secureJsonData, secureJsonFields } = withoutLastHeader(settings);
    editor.change({ jsonData, secureJsonData, secureJsonFields: { ...secureJsonFields } });
  };
  return (
    <>
      {numbers.map((n) => (
        <React.Fragment key={n}>
          <TextSetting
            id={`plateau-header-name-${n}`}
            label={`Header ${n}`}
            placeholder="X-Scope-OrgID"
            value={settings.jsonData[nameKey(n)] ?? ''}
            onChange={(value) => editor.changeJson({ [nameKey(n)]: value })}
          />
          <SecretSetting
            id={`plateau-header-value-${n}`}
            label={`Value of header ${n}`}
            editor={editor}
            name={valueKey(n)}
          />
        </React.Fragment>
      ))}
      <Button
        variant="secondary"
        size="sm"
        icon="plus"
        onClick={() => editor.changeJson({ [nameKey(numbers.length + 1)]: '' })}
      >
        Add header
      </Button>
      {numbers.length > 0 && (
        <Button variant="secondary" size="sm" fill="text" icon="trash-alt" onClick={remove}>
          Remove header {numbers.length}
        </Button>
      )}
    </>
  );
}
