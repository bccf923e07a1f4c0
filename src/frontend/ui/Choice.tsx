import React, { type ComponentType } from 'react';
import * as grafanaUi from '@grafana/ui';

export interface ChoiceOption {
  value: string;
  label: string;
  description?: string;
}

interface Props {
  id: string;
  /** For readers of the screen; the visible label is the field's. */
  label: string;
  value: string;
  options: ChoiceOption[];
  /** In spacing units of 8 px. */
  width: number;
  placeholder?: string;
  /** Whether the user may type a value that is not in the list. */
  custom?: boolean;
  loading?: boolean;
  onChange: (value: string) => void;
  onOpen?: () => void;
}

interface ComboboxProps {
  id: string;
  'aria-label': string;
  value: ChoiceOption | null;
  options: ChoiceOption[];
  width: number;
  placeholder?: string;
  createCustomValue?: boolean;
  loading?: boolean;
  isClearable: boolean;
  onChange: (option: ChoiceOption | null) => void;
  onIsOpenChange?: (open: boolean) => void;
}

interface SelectProps {
  inputId: string;
  'aria-label': string;
  value: ChoiceOption | null;
  options: ChoiceOption[];
  width: number;
  placeholder?: string;
  allowCustomValue: boolean;
  isLoading?: boolean;
  isClearable: boolean;
  onChange: (option: ChoiceOption | null) => void;
  onOpenMenu?: () => void;
}

/** Grafana has `Combobox` from 11.6 on, and deprecates `Select` in its favour; 10.1 has only the latter. */
const components = grafanaUi as unknown as {
  Combobox?: ComponentType<ComboboxProps>;
  Select: ComponentType<SelectProps>;
};

/** A list to choose from, by keyboard or pointer, in the newest component that the running Grafana has. */
export function Choice(props: Props) {
  const { id, label, value, options, width, placeholder, custom = false, loading, onChange, onOpen } = props;
  const chosen = options.find((option) => option.value === value) ?? (value === '' ? null : { value, label: value });
  const change = (option: ChoiceOption | null) => onChange(option?.value ?? '');
  const { Combobox, Select } = components;
  if (Combobox !== undefined) {
    return (
      <Combobox
        id={id}
        aria-label={label}
        value={chosen}
        options={options}
        width={width}
        placeholder={placeholder}
        createCustomValue={custom}
        loading={loading}
        isClearable={custom}
        onChange={change}
        onIsOpenChange={(open) => open && onOpen?.()}
      />
    );
  }
  return (
    <Select
      inputId={id}
      aria-label={label}
      value={chosen}
      options={options}
      width={width}
      placeholder={placeholder}
      allowCustomValue={custom}
      isLoading={loading}
      isClearable={custom}
      onChange={change}
      onOpenMenu={onOpen}
    />
  );
}
