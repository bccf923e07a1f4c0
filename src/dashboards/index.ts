/** Every bundled dashboard by the name of its file. */
import { toJson } from './parts';
import { plateausDashboard } from './plateaus';
import { processDashboard } from './process';
import { processesDashboard } from './processes';

export const DASHBOARDS: Readonly<Record<string, () => string>> = {
  'plateaus.json': () => toJson(plateausDashboard()),
  'process.json': () => toJson(processDashboard()),
  'processes.json': () => toJson(processesDashboard()),
};
