/**
 * One deliberate violation for each import rule. Kept as text and written to a scratch tree by the test, so that no
 * compiler, linter or editor stumbles over code that is meant to be wrong.
 */
export interface Violation {
  readonly rule: string;
  /** Path in the scratch tree → source. */
  readonly files: Readonly<Record<string, string>>;
}

export const VIOLATIONS: readonly Violation[] = [
  {
    rule: 'core-is-pure',
    files: {
      'src/core/plateau/detect.ts': `import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n`,
    },
  },
  {
    rule: 'contract-knows-core-and-zod',
    files: {
      'src/contract/query.ts': `import { read } from '../adapters/procfs/read';\nexport const x = read;\n`,
      'src/adapters/procfs/read.ts': `export const read = 1;\n`,
    },
  },
  {
    rule: 'adapters-stand-alone',
    files: {
      'src/adapters/prometheus/client.ts': `import { read } from '../procfs/read';\nexport const x = read;\n`,
      'src/adapters/procfs/read.ts': `export const read = 1;\n`,
    },
  },
  {
    rule: 'programs-stand-alone',
    files: {
      'src/backend/main.ts': `import { start } from '../collector/start';\nexport const x = start;\n`,
      'src/collector/start.ts': `export const start = 1;\n`,
    },
  },
  {
    rule: 'browser-stays-in-the-browser',
    files: {
      'src/frontend/datasource.ts': `import { read } from '../adapters/procfs/read';\nexport const x = read;\n`,
      'src/adapters/procfs/read.ts': `export const read = 1;\n`,
    },
  },
  {
    rule: 'browser-rooms-stand-alone',
    files: {
      'src/panel/map.ts': `import { config } from '../frontend/config';\nexport const x = config;\n`,
      'src/frontend/config.ts': `export const config = 1;\n`,
    },
  },
  {
    rule: 'browser-reaches-no-node',
    files: {
      'src/frontend/datasource.ts': `import { decode } from '../contract/decode';\nexport const x = decode;\n`,
      'src/contract/decode.ts': `import { createHash } from 'node:crypto';\nexport const decode = createHash;\n`,
    },
  },
  {
    rule: 'protocol-libraries-in-one-place',
    files: {
      'src/backend/main.ts': `import { Server } from '@grpc/grpc-js';\nexport const x = Server;\n`,
      'node_modules/@grpc/grpc-js/package.json': `{"name":"@grpc/grpc-js","version":"1.0.0","main":"index.js"}`,
      'node_modules/@grpc/grpc-js/index.js': `exports.Server = class {};\n`,
      'package.json': `{"name":"scratch","dependencies":{"@grpc/grpc-js":"1.0.0"}}`,
    },
  },
  {
    rule: 'bun-only-in-adapters',
    files: { 'src/collector/main.ts': `import { Database } from 'bun:sqlite';\nexport const x = Database;\n` },
  },
  {
    rule: 'no-cycles',
    files: {
      'src/core/a.ts': `import { b } from './b';\nexport const a = (): number => b();\n`,
      'src/core/b.ts': `import { a } from './a';\nexport const b = (): number => a();\n`,
    },
  },
];

/** What the bare compiler of src/core must refuse: it cannot even name these. */
export const CORE_REFUSES: Readonly<Record<string, string>> = {
  process: 'export const x = process.pid;\n',
  window: 'export const x = window.name;\n',
  console: "console.log('x');\n",
  fetch: "export const x = fetch('http://127.0.0.1');\n",
};
