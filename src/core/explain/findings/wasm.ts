/** Question "each WebAssembly module costs 10 GB". */
import type { Layout } from '../../snapshot/layout';
import { type Finding, finding } from '../finding';
import { sumOf } from '../survey';

/**
 * What one memory reserves, guards included, as measured: V8 of Node 12 to 20 and of Node 24, JavaScriptCore of Bun and
 * WebKit, SpiderMonkey 102 and 136, Wasmtime,
 * Wasmer and WasmEdge with their defaults. Embedders may choose another size, and one program may
 * have memories of several; then the memories are counted by what is in use of them and no size is told.
 */
const QUANTA: ReadonlyArray<readonly [region: string, quantum: number]> = [
  ['v8.wasm-memory', 10_737_479_680],
  ['v8.wasm-memory', 8_589_996_032],
  ['jsc.wasm-memory', 4_299_227_136],
  ['jsc.wasm-memory', 4_303_355_904],
  ['jsc.wasm-memory', 4_299_161_600],
  ['spidermonkey.wasm-memory', 6_442_520_576],
  ['spidermonkey.wasm-memory', 4_328_591_360],
  ['wasmtime.linear-memory', 4_362_076_160],
  ['wasmer.linear-memory', 6_442_450_944],
  ['wasmedge.linear-memory', 12_884_901_888],
];

export function wasmFindings(layout: Layout): Finding[] {
  const findings: Finding[] = [];
  for (const region of new Set(QUANTA.map(([name]) => name))) {
    const bytes = sumOf(layout, (r) => r.region === region).bytes;
    const reserved = sumOf(layout, (r) => r.region === region && r.category === 'reservation').bytes;
    if (reserved === 0) continue;
    const equal = countOf(region, bytes);
    const count = equal ?? inUseOf(layout, region);
    findings.push(
      finding(region === 'v8.wasm-memory' ? 'v8.wasm' : 'wasm.memory', 'info', bytes, {
        regions: [region],
        numbers: {
          reserved,
          inUse: bytes - reserved,
          ...(count > 0 ? { count } : {}),
          ...(equal === null ? {} : { each: Math.round(bytes / equal) }),
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

/** Stretches of accessible memory: each memory has one, unless it holds nothing yet. */
function inUseOf(layout: Layout, region: string): number {
  let count = 0;
  let inside = false;
  for (const range of layout.ranges) {
    const accessible = range.region === region && range.category === 'heap';
    if (accessible && !(inside && range.gap === 0)) count++;
    inside = accessible;
  }
  return count;
}
