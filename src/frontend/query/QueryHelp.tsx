import React from 'react';
import type { QueryEditorHelpProps } from '@grafana/data';
import { Button } from '@grafana/ui';
import { CATEGORIES, CATEGORY_STYLES } from '../../core/attribution/categories';
import type { PlateauDataQuery } from '../types';
import { EXAMPLES } from './examples';

type Props = Pick<QueryEditorHelpProps<PlateauDataQuery>, 'onClickExample' | 'query'>;

/** Examples that run on a click, and what the words of the answers mean. */
export function QueryHelp({ onClickExample, query }: Props) {
  const refId = query?.refId ?? 'A';
  return (
    <div>
      <h2>Examples</h2>
      <dl>
        {EXAMPLES.map((example) => (
          <React.Fragment key={example.title}>
            <dt>
              <Button fill="text" size="sm" onClick={() => onClickExample({ refId, ...example.query })}>
                {example.title}
              </Button>
            </dt>
            <dd>
              {example.text}
              {example.query.expr !== '' && (
                <>
                  {' '}
                  <code>{example.query.expr}</code>
                </>
              )}
            </dd>
          </React.Fragment>
        ))}
      </dl>
      <h2>Categories, in stacking order</h2>
      <dl>
        {CATEGORIES.map((category) => (
          <React.Fragment key={category}>
            <dt>{category}</dt>
            <dd>{CATEGORY_STYLES[category].means}</dd>
          </React.Fragment>
        ))}
      </dl>
      <h2>Evidence</h2>
      <dl>
        <dt>snapshot</dt>
        <dd>Exact: a layout was in force at that instant.</dd>
        <dt>nearby</dt>
        <dd>The nearest layout of the same process. The difference to the sample is shown as unknown.</dd>
        <dt>metrics</dt>
        <dd>Estimated from the metrics of the runtime itself.</dd>
        <dt>bounds</dt>
        <dd>Only the kernel’s own split was there: no layout and no runtime metrics.</dd>
      </dl>
    </div>
  );
}
