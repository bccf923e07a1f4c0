import React, { useCallback, useState } from 'react';
import type { TimeRange } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { InlineField, InlineFieldRow } from '@grafana/ui';
import type { AskableDataSource } from '../ask';
import { distinct, lastHour } from '../names';
import { Choice, type ChoiceOption } from '../ui/Choice';
import { INPUT_WIDTH, LABEL_WIDTH } from '../ui/labels';
import { checkProcess } from './validate';

interface Props {
  id: string;
  datasource: AskableDataSource;
  range?: TimeRange;
  expr: string;
  value: string;
  onChange: (process: string) => void;
}

const toOption = (value: string): ChoiceOption => ({ value, label: value });

/** The processes known in the time range, asked for when the list is opened; any other name may be typed. */
export function ProcessPicker({ id, datasource, range, expr, value, onChange }: Props) {
  const [options, setOptions] = useState<ChoiceOption[]>([]);
  const [loading, setLoading] = useState(false);
  const [failure, setFailure] = useState<string>();

  const load = useCallback(async () => {
    setLoading(true);
    try {
      const answer = await datasource.ask({ refId: 'picker', queryType: 'processes', expr }, range ?? lastHour());
      const variables = getTemplateSrv().getVariables();
      const names = [...variables.map((variable) => `$${variable.name}`), ...distinct(answer.data, 'process')];
      setOptions(names.map(toOption));
      setFailure(undefined);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
    setLoading(false);
  }, [datasource, expr, range]);

  const problem = checkProcess(value) ?? (failure === undefined ? undefined : `No list of processes: ${failure}`);
  return (
    <InlineFieldRow>
      <InlineField
        label="Process"
        labelWidth={LABEL_WIDTH}
        tooltip="Exact name or /regex/. Empty means all processes of the series."
        interactive
        htmlFor={id}
        invalid={problem !== undefined}
        error={problem}
      >
        <Choice
          id={id}
          label="Process"
          value={value}
          options={options}
          width={INPUT_WIDTH}
          placeholder="All processes"
          custom
          loading={loading}
          onOpen={load}
          onChange={onChange}
        />
      </InlineField>
    </InlineFieldRow>
  );
}
