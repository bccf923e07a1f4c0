/** Regions and instants of annotation queries: shaded on the canvas, with a marker below that tells the text. */
import { type DataFrame, type TimeZone, dateTimeFormat } from '@grafana/data';
import { Tooltip, type UPlotConfigBuilder, useTheme2 } from '@grafana/ui';
import React, { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type uPlot from 'uplot';
import { type Region, toRegions } from './regions';

interface Props {
  readonly config: UPlotConfigBuilder;
  readonly annotations: readonly DataFrame[];
  readonly timeZone: TimeZone;
}

export function AnnotationRegions({ config, annotations, timeZone }: Props) {
  const theme = useTheme2();
  const regions = toRegions(annotations);
  const latest = useRef(regions);
  const [plot, setPlot] = useState<uPlot | null>(null);
  const [, redraw] = useState(0);

  useLayoutEffect(() => {
    latest.current = regions;
  });

  useLayoutEffect(() => {
    config.addHook('init', setPlot);
    config.addHook('destroy', () => setPlot(null));
    config.addHook('draw', (u) => {
      const { ctx, bbox } = u;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
      ctx.clip();
      for (const { fromMs, toMs, color } of latest.current) {
        const left = u.valToPos(fromMs, 'x', true);
        const right = u.valToPos(toMs, 'x', true);
        ctx.fillStyle = ctx.strokeStyle = theme.visualization.getColorByName(color);
        ctx.globalAlpha = 0.07;
        ctx.fillRect(left, bbox.top, right - left, bbox.height);
        ctx.globalAlpha = 0.8;
        ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
        for (const edge of new Set([left, right])) {
          ctx.beginPath();
          ctx.moveTo(edge, bbox.top);
          ctx.lineTo(edge, bbox.top + bbox.height);
          ctx.stroke();
        }
      }
      ctx.restore();
      redraw((count) => count + 1);
    });
  }, [config, theme]);

  useEffect(() => plot?.redraw(), [plot, annotations]);
  if (!plot) return null;
  return createPortal(
    regions.map((region, row) => (
      <Marker
        key={row}
        region={region}
        plot={plot}
        timeZone={timeZone}
        color={theme.visualization.getColorByName(region.color)}
      />
    )),
    plot.over
  );
}

function Marker({ region, plot, timeZone, color }: { region: Region; plot: uPlot; timeZone: TimeZone; color: string }) {
  const within = (position: number): number => Math.min(Math.max(position, 0), plot.over.clientWidth);
  const left = within(plot.valToPos(region.fromMs, 'x'));
  const right = within(plot.valToPos(region.toMs, 'x'));
  const time = dateTimeFormat(region.fromMs, { timeZone });
  const label = [region.title, region.text, time].filter((part) => part !== '').join('\n');
  if (right === left && (left === 0 || left === plot.over.clientWidth)) return null;
  return (
    <Tooltip content={<span style={{ whiteSpace: 'pre-line' }}>{label}</span>} interactive>
      <div
        data-testid="annotation-marker"
        style={{
          position: 'absolute',
          bottom: 0,
          height: 4,
          left,
          width: Math.max(right - left, 4),
          background: color,
        }}
      />
    </Tooltip>
  );
}
