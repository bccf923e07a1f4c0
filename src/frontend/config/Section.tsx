import React, { type ReactNode } from 'react';
import { FieldSet } from '@grafana/ui';

interface Props {
  title: string;
  /** One or two sentences: what the part is for, and when it can be left empty. */
  help: string;
  children: ReactNode;
}

export function Section({ title, help, children }: Props) {
  return (
    <FieldSet label={title}>
      <p>{help}</p>
      {children}
    </FieldSet>
  );
}
