import React from 'react';
import { CoreApp } from '@grafana/data';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test, vi } from 'vitest';
import { QUERY_TYPES } from '../../src/core/query/query';
import { QueryEditor } from '../../src/frontend/query/QueryEditor';
import { EXAMPLES } from '../../src/frontend/query/examples';
import { QueryHelp } from '../../src/frontend/query/QueryHelp';
import type { PlateauDataQuery } from '../../src/frontend/types';
import { host, processesFrame, range } from './datasource';

/** The editor in a page that keeps what it is told, as Grafana does. */
function open(initial: Partial<PlateauDataQuery> = {}, app?: CoreApp) {
  const grafana = host();
  const onRunQuery = vi.fn();
  const changes: PlateauDataQuery[] = [];
  function Page() {
    const [query, setQuery] = React.useState<PlateauDataQuery>({ refId: 'A', ...initial });
    const onChange = (next: PlateauDataQuery) => {
      changes.push(next);
      setQuery(next);
    };
    return <QueryEditor {...{ query, onChange, onRunQuery, app, range: range(), datasource: grafana.datasource }} />;
  }
  render(<Page />);
  return { grafana, onRunQuery, changes, last: () => changes[changes.length - 1] };
}

const FIELDS = ['Series', 'Process', 'At', 'From', 'To'];
const shown = () => FIELDS.filter((label) => screen.queryByLabelText(label) !== null);

describe('the query editor', () => {
  test('a part belongs to its type, and is no number for an alert rule', async () => {
    const { last } = open({ queryType: 'attribution' });
    await userEvent.click(screen.getByLabelText('Evidence'));
    expect(last()).toMatchObject({ queryType: 'attribution', part: 'evidence' });
  });

  test('an alert rule on a part is told to choose the whole', () => {
    open({ queryType: 'attribution', part: 'evidence' }, CoreApp.UnifiedAlerting);
    expect(screen.getByText(/Choose Whole/)).toBeTruthy();
  });

  test.each([
    ['attribution', ['Series', 'Process'], ['Group by', 'Measure', 'Part']],
    ['plateaus', ['Series', 'Process'], []],
    ['snapshot', ['Series', 'Process', 'At'], []],
    ['tree', ['Series', 'Process', 'At'], ['Measure']],
    ['diff', ['Series', 'Process', 'From', 'To'], []],
    ['findings', ['Series', 'Process', 'At'], ['Part']],
    ['limits', ['Series', 'Process', 'At'], []],
    ['processes', ['Series', 'Process'], []],
  ])('shows for %s only what changes its answer', (queryType, inputs, choices) => {
    open({ queryType });
    expect(shown()).toEqual(inputs);
    expect(screen.queryAllByRole('radiogroup').map((group) => group.getAttribute('aria-label'))).toEqual(choices);
  });

  test.each(QUERY_TYPES)('labels every input of %s', (queryType) => {
    open({ queryType });
    for (const input of document.querySelectorAll('input')) expect(input).toHaveAccessibleName();
  });

  test('runs an expression on Enter, not on each key', async () => {
    const user = userEvent.setup();
    const { last, onRunQuery } = open();
    await user.type(screen.getByLabelText('Series'), 'vsz{{job="api"}');
    expect(onRunQuery).not.toHaveBeenCalled();
    await user.keyboard('{Enter}');
    expect(onRunQuery).toHaveBeenCalledTimes(1);
    expect(last()).toMatchObject({ expr: 'vsz{job="api"}', queryType: 'attribution', schema: 1 });
  });

  test('says what is wrong with an expression while it is typed', async () => {
    const user = userEvent.setup();
    open();
    await user.type(screen.getByLabelText('Series'), 'vsz{{job="api"');
    expect(screen.getByText("'{' is not closed.")).toBeVisible();
  });

  test('changes the grouping by keyboard alone', async () => {
    const user = userEvent.setup();
    const { last } = open();
    screen.getByLabelText('Category').focus();
    await user.keyboard('{ArrowRight}');
    expect(last()).toMatchObject({ groupBy: 'region' });
  });

  test('asks for the processes when the list is opened', async () => {
    const user = userEvent.setup();
    const { grafana, last } = open({ expr: 'vsz' });
    grafana.answer = [processesFrame('api', 'db')];
    grafana.variables = { process: 'x' };
    expect(grafana.sent).toEqual([]);
    await user.click(screen.getByLabelText('Process'));
    await user.click(await screen.findByText('db'));
    expect(grafana.sent[0]).toMatchObject({ queryType: 'processes', expr: 'vsz' });
    expect(last()).toMatchObject({ process: 'db' });
    await user.click(screen.getByLabelText('Process'));
    expect(await screen.findByText('$process')).toBeInTheDocument();
  });

  test('says why there is no list of processes', async () => {
    const user = userEvent.setup();
    const { grafana } = open();
    grafana.failure = 'The collector did not answer within 10 s.';
    await user.click(screen.getByLabelText('Process'));
    await waitFor(() => expect(screen.getByText(/The collector did not answer within 10 s/)).toBeInTheDocument());
  });

  test('warns in an alert rule about an answer without numbers', () => {
    open({ queryType: 'findings' }, CoreApp.UnifiedAlerting);
    expect(screen.getByText(/Use Attribution/)).toBeInTheDocument();
  });

  test('keeps a stored field that it does not show', async () => {
    const user = userEvent.setup();
    const { last } = open({ queryType: 'attribution', at: 'start', hide: false });
    await user.click(screen.getByLabelText('Region'));
    expect(last()).toMatchObject({ at: 'start', hide: false, groupBy: 'region' });
  });
});

describe('the help', () => {
  test('runs an example under the name of the query that it replaces', async () => {
    const onClickExample = vi.fn();
    render(<QueryHelp query={{ refId: 'B' }} onClickExample={onClickExample} />);
    await userEvent.click(screen.getByRole('button', { name: 'What changed?' }));
    expect(onClickExample).toHaveBeenCalledWith(expect.objectContaining({ refId: 'B', queryType: 'diff', schema: 1 }));
  });

  test('has an example for every query type', () => {
    expect(new Set(EXAMPLES.map(({ query }) => query.queryType))).toEqual(new Set(QUERY_TYPES));
  });
});
