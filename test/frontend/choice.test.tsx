import React from 'react';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { Choice } from '../../src/frontend/ui/Choice';

// Grafana 10.1, which has no Combobox.
vi.mock('@grafana/ui', async (original) => ({ ...(await original<object>()), Combobox: undefined }));

test('a choice works where Grafana has no Combobox', async () => {
  const user = userEvent.setup();
  const onChange = vi.fn();
  const onOpen = vi.fn();
  const options = ['api', 'db'].map((value) => ({ value, label: value }));
  render(
    <Choice
      id="c"
      label="Process"
      value="api"
      options={options}
      width={20}
      custom
      onChange={onChange}
      onOpen={onOpen}
    />
  );
  expect(screen.getByText('api')).toBeInTheDocument();
  const input = screen.getByLabelText('Process');
  await user.click(input);
  expect(onOpen).toHaveBeenCalled();
  await user.click(await screen.findByText('db'));
  expect(onChange).toHaveBeenCalledWith('db');
  await user.type(input, '/web.*/{Enter}');
  expect(onChange).toHaveBeenCalledWith('/web.*/');
});
