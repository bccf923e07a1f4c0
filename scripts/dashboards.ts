/** Writes the bundled dashboards from their typed sources. A test checks that running it changes nothing. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { DASHBOARDS } from '../src/dashboards/index';

const folder = path.join(import.meta.dirname, '..', 'src', 'dashboards');
for (const [name, json] of Object.entries(DASHBOARDS)) {
  writeFileSync(path.join(folder, name), json());
  console.log(`wrote src/dashboards/${name}`);
}
