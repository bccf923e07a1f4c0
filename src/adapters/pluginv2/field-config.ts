/** How Grafana draws a column: its field config, with the time series panel's own settings under `custom`. */
import type { Column } from '../../core/query/table';

const LINE = {
  drawStyle: 'line',
  lineInterpolation: 'stepAfter',
  showPoints: 'never',
  gradientMode: 'none',
  spanNulls: false,
};

function custom(column: Column): Record<string, unknown> | null {
  const category = column.labels?.category;
  switch (column.draw) {
    case undefined:
      return null;
    case 'hidden':
      return { hideFrom: { viz: true, legend: true, tooltip: true } };
    case 'stack':
    case 'empty-stack':
      return {
        ...LINE,
        lineWidth: 1,
        // Pale, because it costs no RAM; unknown is dashed, so that nobody overlooks it.
        fillOpacity: category === 'reservation' ? 20 : 100,
        stacking: { mode: 'normal', group: 'A' },
        ...(column.draw === 'empty-stack' ? { hideFrom: { viz: false, legend: true, tooltip: true } } : {}),
        ...(category === 'unknown' ? { lineStyle: { fill: 'dash', dash: [4, 4] } } : {}),
      };
    case 'line':
      return { ...LINE, lineWidth: 2, fillOpacity: 0, stacking: { mode: 'none' } };
    case 'dotted-line':
      return {
        ...LINE,
        lineWidth: 2,
        fillOpacity: 0,
        stacking: { mode: 'none' },
        lineStyle: { fill: 'dot', dash: [0, 5] },
      };
  }
}

/** Null when the column needs none. */
export function fieldConfig(column: Column): Record<string, unknown> | null {
  const drawn = custom(column);
  const config = {
    ...(column.displayName === undefined ? {} : { displayNameFromDS: column.displayName }),
    ...(column.description === undefined ? {} : { description: column.description }),
    ...(column.unit === undefined ? {} : { unit: column.unit }),
    // A stack whose axis does not begin at zero lies about its shares.
    ...(drawn ? { min: 0 } : {}),
    ...(column.color === undefined ? {} : { color: { mode: 'fixed', fixedColor: column.color } }),
    ...(drawn ? { custom: drawn } : {}),
  };
  return Object.keys(config).length > 0 ? config : null;
}
