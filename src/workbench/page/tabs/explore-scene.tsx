/** Explore: the plugin's query editor above, its answer below, drawn by the panel kind that the answer asks for. */
import { CoreApp, type DataQuery, type DataSourceApi, type PanelData } from '@grafana/data';
import {
  EmbeddedScene,
  SceneControlsSpacer,
  SceneFlexItem,
  SceneFlexLayout,
  type SceneFlexItemLike,
  SceneObjectBase,
  type SceneObjectState,
  SceneQueryRunner,
  SceneRefreshPicker,
  SceneTimePicker,
  SceneTimeRange,
  VizPanel,
  sceneGraph,
} from '@grafana/scenes';
import { Button, Collapse } from '@grafana/ui';
import React, { useState } from 'react';
import { FIRST_RANGE, REFRESH_INTERVALS } from '../dashboard/to-scene';

interface EditorState extends SceneObjectState {
  readonly dataSource: DataSourceApi;
  readonly query: DataQuery;
}

class QueryEditorObject extends SceneObjectBase<EditorState> {
  static Component = QueryEditorView;

  change = (query: DataQuery): void => this.setState({ query });

  run = (): void => {
    const runner = sceneGraph.getData(this) as SceneQueryRunner;
    runner.setState({ queries: [this.state.query] });
    runner.runQueries();
  };
}

function QueryEditorView({ model }: { model: QueryEditorObject }) {
  const { dataSource, query } = model.useState();
  const { data } = sceneGraph.getData(model).useState();
  const { value: range } = sceneGraph.getTimeRange(model).useState();
  const [help, setHelp] = useState(false);
  const { QueryEditor, QueryEditorHelp } = dataSource.components ?? {};
  return (
    <div style={{ width: '100%' }}>
      {QueryEditor && (
        <QueryEditor
          datasource={dataSource}
          query={query}
          queries={[query]}
          data={data}
          range={range}
          app={CoreApp.Explore}
          onChange={model.change}
          onRunQuery={model.run}
        />
      )}
      <div style={{ marginTop: 8 }}>
        <Button size="sm" onClick={model.run}>
          Run query
        </Button>
      </div>
      {QueryEditorHelp && (
        <Collapse label="Examples" isOpen={help} onToggle={() => setHelp(!help)}>
          <QueryEditorHelp
            datasource={dataSource}
            query={query}
            onClickExample={(example) => {
              model.change({ ...example, refId: query.refId });
              model.run();
            }}
          />
        </Collapse>
      )}
    </div>
  );
}

/** Explore of Grafana knows more kinds; these are the ones that our frames ask for. */
export function panelKind(data: PanelData | undefined): 'timeseries' | 'table' {
  return data?.series.some(({ meta }) => meta?.preferredVisualisationType === 'graph') ? 'timeseries' : 'table';
}

export function exploreScene(dataSource: DataSourceApi): EmbeddedScene {
  const query: DataQuery = { refId: 'A', ...dataSource.getDefaultQuery?.(CoreApp.Explore) };
  const ref = { uid: dataSource.uid, type: dataSource.type };
  const runner = new SceneQueryRunner({ datasource: ref, queries: [query], maxDataPointsFromWidth: true });
  const result = new VizPanel({ title: 'Result', pluginId: 'timeseries', key: 'panel-1' });
  const children: SceneFlexItemLike[] = [
    new SceneFlexItem({ ySizing: 'content', body: new QueryEditorObject({ dataSource, query }) }),
    new SceneFlexItem({ minHeight: 480, body: result }),
  ];
  return new EmbeddedScene({
    $timeRange: new SceneTimeRange(FIRST_RANGE),
    $data: runner,
    $behaviors: [
      () => {
        const watch = runner.subscribeToState(({ data }) => {
          const kind = panelKind(data);
          if (data?.series.length && result.state.pluginId !== kind) void result.changePluginType(kind);
        });
        return () => watch.unsubscribe();
      },
    ],
    controls: [
      new SceneControlsSpacer(),
      new SceneTimePicker({ isOnCanvas: true }),
      new SceneRefreshPicker({ intervals: REFRESH_INTERVALS, minRefreshInterval: '1s', isOnCanvas: true }),
    ],
    body: new SceneFlexLayout({ direction: 'column', children }),
  });
}
