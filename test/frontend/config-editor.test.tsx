import React from 'react';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { ConfigEditor } from '../../src/frontend/config/ConfigEditor';
import type { EditorProps } from '../../src/frontend/config/settings';
import { host } from './datasource';

type Options = EditorProps['options'];

function open(initial: Partial<Options> = {}) {
  host();
  const state = { options: { jsonData: {}, secureJsonFields: {}, ...initial } as Options };
  function Page() {
    const [options, setOptions] = React.useState(state.options);
    const onOptionsChange = (next: Options) => {
      state.options = next;
      setOptions(next);
    };
    return <ConfigEditor options={options} onOptionsChange={onOptionsChange} />;
  }
  render(<Page />);
  return state;
}

describe('the settings page', () => {
  test('keeps both addresses under the keys of provisioning', async () => {
    const user = userEvent.setup();
    const state = open();
    await user.type(screen.getByLabelText('Prometheus URL'), 'http://localhost:9090');
    await user.type(screen.getByLabelText('Collector URL'), 'http://localhost:9871');
    expect(state.options).toMatchObject({
      url: 'http://localhost:9090',
      jsonData: { collectorUrl: 'http://localhost:9871' },
    });
  });

  test.each([
    ['localhost:9090', /Only http and https work/],
    ['not an address', /Begin with http/],
    ['http://user:secret@host', /password in the address/],
  ])('says what is wrong with %s', async (url, message) => {
    open({ url });
    expect(screen.getByText(message)).toBeInTheDocument();
  });

  test('labels every input, with everything switched on', () => {
    open({
      basicAuth: true,
      jsonData: { tlsAuth: true, tlsAuthWithCACert: true, httpHeaderName1: 'X-Scope-OrgID' },
    });
    const inputs = document.querySelectorAll('input, textarea');
    expect(inputs.length).toBeGreaterThanOrEqual(19);
    for (const input of inputs) expect(input).toHaveAccessibleName();
  });

  test('never shows a stored secret, and forgets it on reset', async () => {
    const user = userEvent.setup();
    const state = open({ secureJsonFields: { collectorToken: true } });
    const token = screen.getByLabelText('Collector token');
    expect(token).toBeDisabled();
    expect(token).toHaveValue('configured');
    await user.click(screen.getByRole('button', { name: /reset/i }));
    expect(state.options.secureJsonFields).toEqual({ collectorToken: false });
    await user.type(screen.getByLabelText('Collector token'), 't');
    expect(state.options.secureJsonData).toEqual({ collectorToken: 't' });
  });

  test('adds and removes headers without a gap in their numbers', async () => {
    const user = userEvent.setup();
    const state = open({ jsonData: { httpHeaderName1: 'A' }, secureJsonFields: { httpHeaderValue1: true } });
    await user.click(screen.getByRole('button', { name: 'Add header' }));
    await user.type(screen.getByLabelText('Header 2'), 'B');
    await user.type(screen.getByLabelText('Value of header 2'), 'v');
    expect(state.options.jsonData).toMatchObject({ httpHeaderName1: 'A', httpHeaderName2: 'B' });
    expect(state.options.secureJsonData).toEqual({ httpHeaderValue2: 'v' });
    await user.click(screen.getByRole('button', { name: 'Remove header 2' }));
    expect(state.options.jsonData.httpHeaderName2).toBeUndefined();
    expect(state.options.secureJsonFields).toMatchObject({ httpHeaderValue1: true, httpHeaderValue2: false });
  });

  test('takes numbers as numbers, and empty as the default', async () => {
    const user = userEvent.setup();
    const state = open({ jsonData: { maxSeries: 50 } });
    const field = screen.getByLabelText('Series at most');
    await user.clear(field);
    expect(state.options.jsonData.maxSeries).toBeUndefined();
    await user.type(field, '2000');
    expect(state.options.jsonData.maxSeries).toBe(2000);
    expect(screen.getByText('Between 1 and 1000.')).toBeInTheDocument();
  });

  test('offers the Prometheus data sources of this Grafana by name', async () => {
    const user = userEvent.setup();
    const state = open();
    await user.click(screen.getByLabelText('Prometheus data source'));
    await user.click(await screen.findByRole('option', { name: /Prometheus/ }));
    expect(state.options.jsonData.prometheusUid).toBe('p1');
  });
});
