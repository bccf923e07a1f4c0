/** The labelled inputs of the settings page. Each label belongs to its input by id, for readers of the screen. */
import React, { type ReactNode } from 'react';
import { InlineField, InlineSwitch, Input, SecretInput, SecretTextArea } from '@grafana/ui';
import type { PlateauSecrets } from '../types';
import type { SettingsEditor } from './settings';

const LABEL_WIDTH = 24;
const INPUT_WIDTH = 48;

interface FieldProps {
  id: string;
  label: string;
  tooltip?: string;
  problem?: string;
  children: React.JSX.Element;
}

export function LabelledField({ id, label, tooltip, problem, children }: FieldProps): React.JSX.Element {
  return (
    <InlineField
      htmlFor={id}
      label={label}
      labelWidth={LABEL_WIDTH}
      tooltip={tooltip}
      interactive={tooltip !== undefined}
      invalid={problem !== undefined}
      error={problem}
    >
      {children}
    </InlineField>
  );
}

interface TextProps extends Omit<FieldProps, 'children'> {
  value: string;
  placeholder?: string;
  onChange: (value: string) => void;
}

export function TextSetting({ value, placeholder, onChange, ...field }: TextProps) {
  return (
    <LabelledField {...field}>
      <Input
        id={field.id}
        width={INPUT_WIDTH}
        value={value}
        placeholder={placeholder}
        spellCheck={false}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </LabelledField>
  );
}

interface NumberProps extends Omit<FieldProps, 'children' | 'problem'> {
  value: number | string | undefined;
  min: number;
  max: number;
  fallback: number;
  onChange: (value: number | undefined) => void;
}

export function NumberSetting({ value, min, max, fallback, onChange, ...field }: NumberProps) {
  const outside = value !== undefined && value !== '' && (Number(value) < min || Number(value) > max);
  return (
    <LabelledField {...field} problem={outside ? `Between ${min} and ${max}.` : undefined}>
      <Input
        id={field.id}
        type="number"
        width={16}
        min={min}
        max={max}
        value={value ?? ''}
        placeholder={String(fallback)}
        onChange={(event) => {
          const text = event.currentTarget.value;
          onChange(text === '' ? undefined : Number(text));
        }}
      />
    </LabelledField>
  );
}

interface SwitchProps extends Omit<FieldProps, 'children' | 'problem'> {
  value: boolean;
  onChange: (value: boolean) => void;
}

export function SwitchSetting({ value, onChange, ...field }: SwitchProps) {
  return (
    <LabelledField {...field}>
      <InlineSwitch id={field.id} value={value} onChange={(event) => onChange(event.currentTarget.checked)} />
    </LabelledField>
  );
}

interface SecretProps extends Omit<FieldProps, 'children' | 'problem'> {
  editor: SettingsEditor;
  name: keyof PlateauSecrets;
  placeholder?: string;
  /** For certificates and keys. */
  multiline?: boolean;
}

export function SecretSetting({ editor, name, placeholder, multiline = false, ...field }: SecretProps): ReactNode {
  const secret = {
    id: field.id,
    placeholder,
    isConfigured: editor.isStored(name),
    value: editor.settings.secureJsonData?.[name] ?? '',
    onReset: () => editor.resetSecret(name),
  };
  return (
    <LabelledField {...field}>
      {multiline ? (
        <SecretTextArea
          {...secret}
          cols={INPUT_WIDTH}
          rows={6}
          onChange={(event) => editor.changeSecret(name, event.currentTarget.value)}
        />
      ) : (
        <SecretInput
          {...secret}
          width={INPUT_WIDTH}
          autoComplete="new-password"
          onChange={(event) => editor.changeSecret(name, event.currentTarget.value)}
        />
      )}
    </LabelledField>
  );
}
