/** Classic dashboard JSON → a scene with its variables, annotations, rows and panels. */
import {
  EmbeddedScene,
  SceneControlsSpacer,
  SceneDataLayerSet,
  SceneDataTransformer,
  SceneGridItem,
  type SceneGridItemLike,
  SceneGridLayout,
  SceneGridRow,
  SceneQueryRunner,
  SceneRefreshPicker,
  SceneTimePicker,
  SceneTimeRange,
  SceneVariableSet,
  VariableValueSelectors,
  VizPanel,
  behaviors,
  dataLayers,
} from '@grafana/scenes';
import type { ClassicDashboard, ClassicPanel } from './classic';
import { LayerSwitches } from './layer-switches';
import { toSceneVariable } from './variables';

/** Reading starts at five seconds: the collector looks each second. */
export const REFRESH_INTERVALS = ['5s', '10s', '30s', '1m', '5m'];

function toData(panel: ClassicPanel): SceneDataTransformer | undefined {
  const queries = panel.targets ?? [];
  if (queries.length === 0) return undefined;
  return new SceneDataTransformer({
    $data: new SceneQueryRunner({
      queries,
      datasource: panel.datasource,
      minInterval: panel.interval,
      ...(panel.maxDataPoints ? { maxDataPoints: panel.maxDataPoints } : { maxDataPointsFromWidth: true }),
    }),
    transformations: panel.transformations ?? [],
  });
}

/** What has just begun to be watched has no history: the range is shorter than the dashboards' own, the pace faster. */
export const FIRST_RANGE = { from: 'now-5m', to: 'now' };
const FIRST_REFRESH = '5s';

export function toVizPanel(panel: ClassicPanel): VizPanel {
  return new VizPanel({
    key: `panel-${panel.id ?? panel.title}`,
    pluginId: panel.type,
    title: panel.title ?? '',
    description: panel.description,
    options: panel.options ?? {},
    fieldConfig: panel.fieldConfig ?? { defaults: {}, overrides: [] },
    pluginVersion: panel.pluginVersion,
    displayMode: panel.transparent ? 'transparent' : 'default',
    hoverHeader: !panel.title,
    $data: toData(panel),
  });
}

function toGridItem(panel: ClassicPanel): SceneGridItem {
  const { x, y, w, h } = panel.gridPos;
  return new SceneGridItem({ x, y, width: w, height: h, body: toVizPanel(panel) });
}

/** In classic JSON an open row's panels follow it in the list; a closed row holds its own. */
export function toGridItems(panels: readonly ClassicPanel[]): SceneGridItemLike[] {
  const rows: Array<{ row: ClassicPanel | null; panels: ClassicPanel[] }> = [{ row: null, panels: [] }];
  for (const panel of panels) {
    if (panel.type === 'row') rows.push({ row: panel, panels: [...(panel.panels ?? [])] });
    else rows.at(-1)!.panels.push(panel);
  }
  return rows.flatMap(({ row, panels: inside }): SceneGridItemLike[] => {
    const children = inside.map(toGridItem);
    if (!row) return children;
    return [
      new SceneGridRow({
        title: row.title ?? '',
        y: row.gridPos.y,
        isCollapsible: true,
        isCollapsed: row.collapsed ?? false,
        children,
      }),
    ];
  });
}

export function toScene(dashboard: ClassicDashboard): EmbeddedScene {
  const layers = (dashboard.annotations?.list ?? [])
    // Annotations that Grafana keeps itself: there is no Grafana here.
    .filter((query) => !query.builtIn && query.datasource?.uid !== '-- Grafana --')
    .map(
      (query) =>
        new dataLayers.AnnotationsDataLayer({ name: query.name, isEnabled: query.enable, isHidden: query.hide, query })
    );
  return new EmbeddedScene({
    $timeRange: new SceneTimeRange(FIRST_RANGE),
    $variables: new SceneVariableSet({
      variables: (dashboard.templating?.list ?? []).flatMap((variable) => toSceneVariable(variable) ?? []),
    }),
    $data: new SceneDataLayerSet({ layers }),
    $behaviors: [new behaviors.CursorSync({ sync: dashboard.graphTooltip ?? 0 }), new behaviors.SceneQueryController()],
    controls: [
      new VariableValueSelectors({}),
      new LayerSwitches({}),
      new SceneControlsSpacer(),
      new SceneTimePicker({ isOnCanvas: true }),
      new SceneRefreshPicker({
        refresh: dashboard.refresh ? FIRST_REFRESH : '',
        intervals: REFRESH_INTERVALS,
        minRefreshInterval: '1s',
        isOnCanvas: true,
      }),
    ],
    body: new SceneGridLayout({ children: toGridItems(dashboard.panels), isLazy: false }),
  });
}
