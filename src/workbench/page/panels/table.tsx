/** Grafana's table; also what is shown of a panel kind that the workbench does not have. */
import { type DataFrame, type PanelProps, PanelPlugin, cacheFieldDisplayNames } from '@grafana/data';
import type { TableCellHeight } from '@grafana/schema';
import { Alert, type TableSortByFieldState } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import React, { useMemo } from 'react';
import { withCustomOptions } from '../field-config';
import { PanelMessage } from './message';
import { type OldFooter, toModernTable } from './modern-table';

interface Options {
  showHeader?: boolean;
  cellHeight?: TableCellHeight;
  footer?: OldFooter;
  sortBy?: TableSortByFieldState[];
}

type Props = Pick<PanelProps<Options>, 'data' | 'title' | 'width' | 'height' | 'options' | 'fieldConfig'>;

/** Several frames stand below each other, each with its share of the height. */
function FrameTables({ data, title, width, height, options, fieldConfig }: Props) {
  const { showHeader, cellHeight, footer, sortBy } = options;
  const filled = useMemo(() => {
    // The table shows the cached names only, and a renamed column has none yet.
    cacheFieldDisplayNames([...data.series]);
    return data.series.filter(({ fields }) => fields.length > 0).map((frame) => toModernTable(frame, footer));
  }, [data.series, footer]);
  if (filled.length === 0) return <PanelMessage text="No data" />;
  return filled.map((frame: DataFrame, index) => (
    <TableNG
      key={index}
      ariaLabel={frame.name ?? title}
      data={frame}
      width={width}
      height={height / filled.length}
      noHeader={showHeader === false}
      cellHeight={cellHeight}
      sortBy={sortBy}
      fieldConfig={fieldConfig}
      structureRev={data.structureRev}
    />
  ));
}

const CUSTOM = {
  align: 'auto',
  cellOptions: { type: 'auto' },
  filterable: false,
  footer: undefined,
  hidden: false,
  hideFrom: { viz: false },
  inspect: false,
  minWidth: undefined,
  width: undefined,
  wrapHeaderText: undefined,
  wrapText: undefined,
};

export const table = withCustomOptions(
  new PanelPlugin<Options>(FrameTables).setPanelOptions(() => undefined),
  CUSTOM,
  'thresholds'
);

const NOTICE_HEIGHT = 48;

/** @param kind the panel's type in the dashboard, for the notice */
export function fallback(kind: string): PanelPlugin {
  const Fallback = (props: PanelProps) => (
    <>
      <Alert
        severity="info"
        title={`The workbench has no '${kind}' panel. Its data as a table:`}
        style={{ margin: 0 }}
      />
      <FrameTables {...props} options={{}} height={Math.max(props.height - NOTICE_HEIGHT, 60)} />
    </>
  );
  return withCustomOptions(
    new PanelPlugin(Fallback).setPanelOptions(() => undefined),
    CUSTOM,
    'thresholds'
  );
}
