import { DataSourcePlugin } from '@grafana/data';
import { ConfigEditor } from './frontend/config/ConfigEditor';
import { DataSource } from './frontend/DataSource';
import { QueryEditor } from './frontend/query/QueryEditor';
import { QueryHelp } from './frontend/query/QueryHelp';
import type { PlateauDataQuery, PlateauOptions, PlateauSecrets } from './frontend/types';

export const plugin = new DataSourcePlugin<DataSource, PlateauDataQuery, PlateauOptions, PlateauSecrets>(DataSource)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor)
  .setQueryEditorHelp(QueryHelp);
