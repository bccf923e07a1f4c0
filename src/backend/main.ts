/** The backend executable: Grafana starts it as gpx_plateau_<system>_<processor>. */
import { serve } from '../adapters/pluginv2/serve';
import { openDataSource } from './data-source';
import { createCounters } from './metrics';

serve(() => {
  const counters = createCounters();
  return {
    open: (settings) => openDataSource(settings, counters),
    metrics: () => Promise.resolve(counters.text()),
  };
}).catch((error: unknown) => {
  process.stderr.write(`Plateau cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
