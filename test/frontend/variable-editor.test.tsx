import React from 'react';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { VariableEditor } from '../../src/frontend/variables/VariableEditor';
import type { PlateauVariableQuery } from '../../src/frontend/variables/variable-query';
import { host } from './datasource';

function open(query: Partial<PlateauVariableQuery>) {
  const onChange = vi.fn();
  const { datasource } = host();
  render(<VariableEditor {...{ datasource, query: { refId: 'V', ...query }, onChange, onRunQuery: vi.fn() }} />);
  return onChange;
}

test('a variable that was never edited lists the processes of a series', async () => {
  const user = userEvent.setup();
  const onChange = open({});
  await user.type(screen.getByLabelText('Series'), 'vsz');
  await user.tab();
  expect(onChange).toHaveBeenCalledWith({ refId: 'V', list: 'processes', expr: 'vsz' });
});

test('regions need a process, categories need nothing', async () => {
  const user = userEvent.setup();
  const onChange = open({ list: 'regions', process: '$process' });
  expect(screen.getByLabelText('Process')).toHaveValue('$process');
  await user.click(screen.getByLabelText('Categories'));
  expect(onChange).toHaveBeenCalledWith({ refId: 'V', list: 'categories', process: '$process' });
});
