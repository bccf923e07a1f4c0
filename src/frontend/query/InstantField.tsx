import React from 'react';
import { InlineField } from '@grafana/ui';
import { Choice, type ChoiceOption } from '../ui/Choice';
import { LABEL_WIDTH } from '../ui/labels';
import { checkInstant } from './validate';

interface Props {
  id: string;
  label: string;
  tooltip: string;
  value: string;
  onChange: (instant: string) => void;
}

const OPTIONS: ChoiceOption[] = [
  { value: 'end', label: 'End of the time range' },
  { value: 'start', label: 'Start of the time range' },
];

/** An instant: the two ends of the time range, Unix milliseconds or a variable. */
export function InstantField({ id, label, tooltip, value, onChange }: Props) {
  const problem = checkInstant(value);
  return (
    <InlineField
      label={label}
      labelWidth={LABEL_WIDTH}
      tooltip={tooltip}
      interactive
      htmlFor={id}
      invalid={problem !== undefined}
      error={problem}
    >
      <Choice id={id} label={label} value={value} options={OPTIONS} width={28} custom onChange={onChange} />
    </InlineField>
  );
}
