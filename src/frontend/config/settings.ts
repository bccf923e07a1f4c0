/** Changes of the settings, each of which keeps everything that it does not name. */
import type { DataSourcePluginOptionsEditorProps, DataSourceSettings } from '@grafana/data';
import type { PlateauOptions, PlateauSecrets } from '../types';

export type EditorProps = DataSourcePluginOptionsEditorProps<PlateauOptions, PlateauSecrets>;
type Settings = DataSourceSettings<PlateauOptions, PlateauSecrets>;

export interface SettingsEditor {
  readonly settings: Settings;
  /** For url, basicAuth and basicAuthUser, which Grafana keeps beside jsonData. */
  change(patch: Partial<Settings>): void;
  changeJson(patch: Partial<PlateauOptions>): void;
  changeSecret(key: keyof PlateauSecrets, value: string): void;
  /** Forgets a stored secret, so that a new one can be typed. */
  resetSecret(key: keyof PlateauSecrets): void;
  isStored(key: keyof PlateauSecrets): boolean;
}

export function settingsEditor({ options, onOptionsChange }: EditorProps): SettingsEditor {
  const setSecret = (key: keyof PlateauSecrets, value: string, stored: boolean) =>
    onOptionsChange({
      ...options,
      secureJsonData: { ...options.secureJsonData, [key]: value },
      secureJsonFields: { ...options.secureJsonFields, [key]: stored },
    });
  return {
    settings: options,
    change: (patch) => onOptionsChange({ ...options, ...patch }),
    changeJson: (patch) => onOptionsChange({ ...options, jsonData: { ...options.jsonData, ...patch } }),
    changeSecret: (key, value) => setSecret(key, value, false),
    resetSecret: (key) => setSecret(key, '', false),
    isStored: (key) => options.secureJsonFields?.[key] === true,
  };
}
