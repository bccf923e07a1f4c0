import React from 'react';
import type { QueryEditorProps } from '@grafana/data';
import { InlineField, InlineFieldRow, RadioButtonGroup } from '@grafana/ui';
import type { AskableDataSource } from '../ask';
import type { PlateauDataQuery, PlateauOptions } from '../types';
import { LABEL_WIDTH } from '../ui/labels';
import { TextField } from '../ui/TextField';
import { listOf, type PlateauVariableQuery, type VariableList } from './variable-query';

type Props = QueryEditorProps<AskableDataSource, PlateauDataQuery, PlateauOptions, PlateauVariableQuery>;

const LISTS: Array<{ value: VariableList; label: string; description: string }> = [
  { value: 'processes', label: 'Processes', description: 'Every process known in the time range' },
  { value: 'regions', label: 'Regions', description: 'The regions of one process at the end of the time range' },
  { value: 'categories', label: 'Categories', description: 'The eleven categories in stacking order' },
];

export function VariableEditor({ query, onChange }: Props) {
  const list = listOf(query);
  const change = (patch: Partial<PlateauVariableQuery>) =>
    onChange({ ...query, refId: query.refId ?? 'PlateauVariable', list, ...patch });
  return (
    <>
      <InlineFieldRow>
        <InlineField label="List" labelWidth={LABEL_WIDTH}>
          <RadioButtonGroup
            aria-label="List"
            options={LISTS}
            value={list}
            onChange={(value) => change({ list: value })}
          />
        </InlineField>
      </InlineFieldRow>
      {list === 'regions' && (
        <TextField
          id="plateau-variable-process"
          label="Process"
          tooltip="Name, /regex/ or a variable such as $process. Empty means all processes."
          placeholder="$process"
          value={query.process ?? ''}
          onCommit={(process) => change({ process })}
        />
      )}
      {list === 'processes' && (
        <TextField
          id="plateau-variable-expr"
          label="Series"
          tooltip="PromQL that selects the memory series. Empty means every process that the collector knows."
          placeholder='process_virtual_memory_bytes{job="api"}'
          value={query.expr ?? ''}
          onCommit={(expr) => change({ expr })}
        />
      )}
    </>
  );
}
