/** Grafana's table; also what is shown of a panel kind that the workbench does not have. */
import { type DataFrame, type PanelProps, PanelPlugin } from '@grafana/data';
import type { TableCellHeight } from '@grafana/schema';
import { Alert, Table, type TableFooterCalc, type TableSortByFieldState } from '@grafana/ui';
import React from 'react';
import { withCustomOptions } from '../field-config';
import { PanelMessage } from './message';

interface Options {
  showHeader?: boolean;
  cellHeight?: TableCellHeight;
  footer?: TableFooterCalc;
  sortBy?: TableSortByFieldState[];
}

interface FrameTableProps extends Options {
  readonly frames: readonly DataFrame[];
  readonly title: string;
  readonly width: number;
  readonly height: number;
}

/** Several frames stand below each other, each with its share of the height. */
function FrameTables({ frames, title, width, height, showHeader, cellHeight, footer, sortBy }: FrameTableProps) {
  const filled = frames.filter(({ fields }) => fields.length > 0);
  if (filled.length === 0) return <PanelMessage text="No data" />;
  return filled.map((frame, index) => (
    <Table
      key={index}
      ariaLabel={frame.name ?? title}
      data={frame}
      width={width}
      height={height / filled.length}
      noHeader={showHeader === false}
      cellHeight={cellHeight}
      footerOptions={footer}
      initialSortBy={sortBy}
    />
  ));
}

function TablePanel({ data, title, width, height, options }: PanelProps<Options>) {
  return <FrameTables frames={data.series} title={title} width={width} height={height} {...options} />;
}

const CUSTOM = {
  align: 'auto',
  cellOptions: { type: 'auto' },
  filterable: false,
  hidden: false,
  inspect: false,
  minWidth: 60,
  width: undefined,
};

export const table = withCustomOptions(
  new PanelPlugin<Options>(TablePanel).setPanelOptions(() => undefined),
  CUSTOM,
  'thresholds'
);

const NOTICE_HEIGHT = 48;

/** @param kind the panel's type in the dashboard, for the notice */
export function fallback(kind: string): PanelPlugin {
  const Fallback = ({ data, title, width, height }: PanelProps) => (
    <>
      <Alert
        severity="info"
        title={`The workbench has no '${kind}' panel. Its data as a table:`}
        style={{ margin: 0 }}
      />
      <FrameTables frames={data.series} title={title} width={width} height={Math.max(height - NOTICE_HEIGHT, 60)} />
    </>
  );
  return withCustomOptions(
    new PanelPlugin(Fallback).setPanelOptions(() => undefined),
    CUSTOM,
    'thresholds'
  );
}
