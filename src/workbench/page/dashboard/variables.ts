/** Classic template variables → scene variables. */
import {
  AdHocFiltersVariable,
  ConstantVariable,
  CustomVariable,
  DataSourceVariable,
  IntervalVariable,
  QueryVariable,
  type SceneVariable,
  TextBoxVariable,
} from '@grafana/scenes';
import type { ClassicVariable } from './classic';

const textOf = (query: ClassicVariable['query']): string => (typeof query === 'string' ? query : (query?.query ?? ''));

/** @returns undefined for kinds that the workbench leaves out; panels then see the variable's name unreplaced */
export function toSceneVariable(variable: ClassicVariable): SceneVariable | undefined {
  const { name, label, hide, current, datasource = null } = variable;
  const common = { name, label, hide };
  const several = {
    ...common,
    value: current?.value ?? '',
    text: current?.text ?? '',
    isMulti: variable.multi,
    includeAll: variable.includeAll,
    allValue: variable.allValue || undefined,
  };
  switch (variable.type) {
    case 'datasource':
      return new DataSourceVariable({ ...several, pluginId: textOf(variable.query), regex: variable.regex ?? '' });
    case 'query':
      return new QueryVariable({
        ...several,
        datasource,
        query: variable.query ?? '',
        regex: variable.regex ?? '',
        refresh: variable.refresh ?? 1,
        sort: variable.sort ?? 0,
      });
    case 'custom':
      return new CustomVariable({ ...several, query: textOf(variable.query) });
    case 'textbox':
      return new TextBoxVariable({ ...common, value: String(current?.value ?? textOf(variable.query)) });
    case 'constant':
      return new ConstantVariable({ ...common, value: textOf(variable.query) });
    case 'interval':
      return new IntervalVariable({
        ...common,
        intervals: textOf(variable.query).split(','),
        value: String(current?.value ?? ''),
      });
    case 'adhoc':
      return new AdHocFiltersVariable({ ...common, datasource, filters: [], layout: 'combobox' });
    default:
      return undefined;
  }
}
