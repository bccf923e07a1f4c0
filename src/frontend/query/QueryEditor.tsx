import React from 'react';
import { CoreApp, type QueryEditorProps } from '@grafana/data';
import { InlineField, InlineFieldRow, RadioButtonGroup } from '@grafana/ui';
import { QUERY_TYPES, type QueryPart, type QueryType } from '../../core/query/query';
import type { AskableDataSource } from '../ask';
import { QUERY_TYPE_INFO, queryTypeOf, withDefaults, type QueryField } from '../query';
import type { PlateauDataQuery, PlateauOptions } from '../types';
import { Choice } from '../ui/Choice';
import { INPUT_WIDTH, LABEL_WIDTH } from '../ui/labels';
import { TextField } from '../ui/TextField';
import { InstantField } from './InstantField';
import { ProcessPicker } from './ProcessPicker';
import { checkExpr } from './validate';

type Props = QueryEditorProps<AskableDataSource, PlateauDataQuery, PlateauOptions>;

const TYPE_OPTIONS = QUERY_TYPES.map((value) => ({
  value: value as string,
  label: QUERY_TYPE_INFO[value].label,
  description: QUERY_TYPE_INFO[value].description,
}));
const GROUPS: Array<{ value: 'category' | 'region'; label: string; description: string }> = [
  { value: 'category', label: 'Category', description: 'Code, heap, stack, reservation, ...: eleven at most' },
  { value: 'region', label: 'Region', description: 'glibc.arena, go.heap-arena, ...: one curve for each' },
];
const MEASURES: Array<{ value: 'virtual' | 'resident'; label: string; description: string }> = [
  { value: 'virtual', label: 'Virtual', description: 'Address space: what VSZ counts' },
  { value: 'resident', label: 'Resident', description: 'What is in RAM; the collector has to read smaps for it' },
];

type PartOption = { value: QueryPart | undefined; label: string; description: string };
const WHOLE: PartOption = { value: undefined, label: 'Whole', description: 'The whole answer' };
const EVIDENCE: PartOption = {
  value: 'evidence',
  label: 'Evidence',
  description: 'How each stretch is known, in words: for a state timeline',
};
const HEADLINE: PartOption = {
  value: 'headline',
  label: 'Headline',
  description: 'Two sentences: what it is, and whether it costs RAM',
};

/** What is odd about this query in this place, or undefined. */
function typeProblem(type: QueryType, part: string | undefined, app: string | undefined): string | undefined {
  const info = QUERY_TYPE_INFO[type];
  if (app !== CoreApp.UnifiedAlerting) return undefined;
  if (part !== undefined) return 'An alert rule compares numbers, and this part of the answer is words. Choose Whole.';
  if (info.numeric) return undefined;
  return `An alert rule compares numbers and ${info.label} gives a table of texts. Use Attribution.`;
}

/** Only the fields that change the answer of the chosen type. A change of a choice runs the query at once. */
export function QueryEditor({ query, onChange, onRunQuery, datasource, range, app }: Props) {
  const full = withDefaults(query);
  const type = queryTypeOf(query);
  const shows = (field: QueryField) => QUERY_TYPE_INFO[type].fields.includes(field);
  const id = (name: string) => `plateau-query-${query.refId}-${name}`;
  const change = (patch: Partial<PlateauDataQuery>) => {
    onChange({ ...full, ...patch });
    onRunQuery();
  };
  const problem = typeProblem(type, full.part, app);

  return (
    <>
      <InlineFieldRow>
        <InlineField
          label="Query type"
          labelWidth={LABEL_WIDTH}
          tooltip={QUERY_TYPE_INFO[type].description}
          htmlFor={id('type')}
          invalid={problem !== undefined}
          error={problem}
        >
          <Choice
            id={id('type')}
            label="Query type"
            value={type}
            options={TYPE_OPTIONS}
            width={INPUT_WIDTH}
            onChange={(queryType) => change({ queryType, part: undefined })}
          />
        </InlineField>
      </InlineFieldRow>
      <TextField
        id={id('expr')}
        label="Series"
        tooltip="PromQL that selects the virtual memory series to explain. Empty means every process that the collector knows."
        placeholder='process_virtual_memory_bytes{job="api"}'
        value={full.expr}
        validate={checkExpr}
        onCommit={(expr) => change({ expr })}
      />
      <ProcessPicker
        id={id('process')}
        datasource={datasource}
        range={range}
        expr={full.expr}
        value={full.process}
        onChange={(process) => change({ process })}
      />
      {(shows('groupBy') || shows('measure')) && (
        <InlineFieldRow>
          {shows('groupBy') && (
            <InlineField label="Group by" labelWidth={LABEL_WIDTH}>
              <RadioButtonGroup
                aria-label="Group by"
                options={GROUPS}
                value={full.groupBy}
                onChange={(groupBy) => change({ groupBy })}
              />
            </InlineField>
          )}
          {shows('measure') && (
            <InlineField label="Measure" labelWidth={LABEL_WIDTH}>
              <RadioButtonGroup
                aria-label="Measure"
                options={MEASURES}
                value={full.measure}
                onChange={(measure) => change({ measure })}
              />
            </InlineField>
          )}
        </InlineFieldRow>
      )}
      {shows('part') && (
        <InlineFieldRow>
          <InlineField
            label="Part"
            labelWidth={LABEL_WIDTH}
            tooltip="Less than the whole answer, for a panel of its own."
          >
            <RadioButtonGroup
              aria-label="Part"
              options={[WHOLE, type === 'attribution' ? EVIDENCE : HEADLINE]}
              value={full.part}
              onChange={(part) => change({ part })}
            />
          </InlineField>
        </InlineFieldRow>
      )}
      {shows('at') && (
        <InlineFieldRow>
          <InstantField
            id={id('at')}
            label="At"
            tooltip="The instant to look at: an end of the time range, Unix time in milliseconds, or a variable."
            value={full.at}
            onChange={(at) => change({ at })}
          />
        </InlineFieldRow>
      )}
      {shows('fromTo') && (
        <InlineFieldRow>
          <InstantField
            id={id('from')}
            label="From"
            tooltip="The earlier instant. Empty means the start of the time range."
            value={full.from}
            onChange={(from) => change({ from })}
          />
          <InstantField
            id={id('to')}
            label="To"
            tooltip="The later instant. Empty means the end of the time range."
            value={full.to}
            onChange={(to) => change({ to })}
          />
        </InlineFieldRow>
      )}
    </>
  );
}
