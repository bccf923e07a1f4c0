/** Question "each WebAssembly module costs 10 GB". */
import type { Layout } from '../../snapshot/layout';
import { type Finding, finding } from '../finding';
import { sumOf } from '../survey';

/**
 * What one memory reserves, guards included, as measured: V8 of Node 12 to 20 and of Node 24, JavaScriptCore of Bun 1.4,
 * Wasmtime with its defaults. Another embedder's setting gives another size: then the count stays untold.
 */
const QUANTA: ReadonlyArray<readonly [region: string, quantum: number]> = [
  ['v8.wasm-memory', 10_737_479_680],
  ['v8.wasm-memory', 8_589_996_032],
  ['jsc.wasm-memory', 4_299_227_136],
  ['jsc.wasm-memory', 4_299_161_600],
  ['wasmtime.linear-memory', 4_362_076_160],
];

export function wasmFindings(layout: Layout): Finding[] {
  const findings: Finding[] = [];
  for (const region of new Set(QUANTA.map(([name]) => name))) {
    const bytes = sumOf(layout, (r) => r.region === region).bytes;
    const reserved = sumOf(layout, (r) => r.region === region && r.category === 'reservation').bytes;
    if (reserved === 0) continue;
    const count = countOf(region, bytes);
    findings.push(
      finding(region === 'v8.wasm-memory' ? 'v8.wasm' : 'wasm.memory', 'info', bytes, {
        regions: [region],
        numbers: {
          reserved,
          inUse: bytes - reserved,
          ...(count === null ? {} : { count, each: Math.round(bytes / count) }),
        },
      })
    );
  }
  return findings;
}

/** The count whose multiple of a known quantum is within 0.1 % of the sum: guards of neighbours may be shared. */
function countOf(region: string, bytes: number): number | null {
  for (const [name, quantum] of QUANTA) {
    const count = Math.round(bytes / quantum);
    if (name === region && count > 0 && Math.abs(bytes - count * quantum) <= bytes / 1000) return count;
  }
  return null;
}
