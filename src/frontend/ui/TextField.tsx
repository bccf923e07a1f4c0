import React, { useState } from 'react';
import { InlineField, InlineFieldRow, Input } from '@grafana/ui';
import { LABEL_WIDTH } from './labels';

interface Props {
  id: string;
  label: string;
  tooltip: string;
  placeholder: string;
  value: string;
  /** What is wrong with the text as it stands, or undefined. */
  validate?: (text: string) => string | undefined;
  /** Called when the user leaves the field or presses Enter, with the trimmed text. */
  onCommit: (text: string) => void;
}

/** One labelled line of text over the full width. Nothing is committed per keystroke, since each commit may run a query. */
export function TextField({ id, label, tooltip, placeholder, value, validate, onCommit }: Props) {
  // A draft belongs to the value that it was made from; when another one comes from outside, the draft is void.
  const [draft, setDraft] = useState({ of: value, text: value });
  const text = draft.of === value ? draft.text : value;
  const problem = validate?.(text.trim());
  const commit = () => {
    if (text.trim() !== value) onCommit(text.trim());
  };
  return (
    <InlineFieldRow>
      <InlineField
        label={label}
        labelWidth={LABEL_WIDTH}
        tooltip={tooltip}
        interactive
        grow
        htmlFor={id}
        invalid={problem !== undefined}
        error={problem}
      >
        <Input
          id={id}
          value={text}
          placeholder={placeholder}
          spellCheck={false}
          onChange={(event) => setDraft({ of: value, text: event.currentTarget.value })}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === 'Enter') commit();
          }}
        />
      </InlineField>
    </InlineFieldRow>
  );
}
