/** Everything that is said of the captured processes: each text whole, each number from data, each question answered. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDirectory } from '../../../src/adapters/procfs';
import { picture } from '../../../src/cli/terminal/picture';
import { layout as layoutDecoder } from '../../../src/contract/snapshot-api';
import { toDocument } from '../../../src/core/explain/document';
import { type Explanation, explainProcess } from '../../../src/core/explain/explain';
import type { FindingKind } from '../../../src/core/explain/finding';
import { findingsOf } from '../../../src/core/explain/findings';
import { sentenceOf } from '../../../src/core/explain/sentences';
import { diffLayouts } from '../../../src/core/snapshot/diff';
import { toLayout } from '../../../src/core/snapshot/to-layout';
import { toHex } from '../../../src/core/units';

const CORPUS = 'test/corpus';
const names = readdirSync(CORPUS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const known = new Map<string, Explanation>();

function explained(name: string): Explanation {
  const before = known.get(name);
  if (before) return before;
  const read = readDirectory(join(CORPUS, name));
  if (read.kind !== 'ok') throw new Error(`${name}: ${read.kind}`);
  const explanation = explainProcess(read.value);
  known.set(name, explanation);
  return explanation;
}

describe.each(names)('%s', (name) => {
  const explanation = explained(name);
  const { layout, findings } = explanation;

  test('is explained in whole sentences', () => {
    for (const finding of findings) {
      const { text, advice } = sentenceOf(finding);
      expect(`${text} ${advice ?? ''}`).not.toMatch(/undefined|NaN|null|Infinity/);
      expect(text).toMatch(/\.$/);
      expect(finding.bytes).toBeLessThanOrEqual(layout.virtualBytes);
      const held = layout.ranges.filter((range) => finding.regions.includes(range.region));
      if (finding.regions.length > 0) {
        expect(held.reduce((sum, range) => sum + range.size, 0)).toBeGreaterThanOrEqual(finding.bytes);
      }
    }
  });

  test('has a picture that fits 80 columns and adds up', () => {
    const text = picture({ colours: 0, unicode: true, columns: 80, tableWidth: 80 }, explanation, name, 'directory');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text).toContain(' exact\n');
  });

  test('has a document that survives JSON', () => {
    const document = toDocument(explanation);
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    expect(Object.values(document.categories).reduce((sum, bytes) => sum + bytes, 0)).toBe(document.virtualBytes);
  });

  test('has a relative layout that can be stored and holds no address', () => {
    const relative = toLayout(explanation.attribution);
    const text = JSON.stringify(relative);
    expect(layoutDecoder.parse(JSON.parse(text))).toEqual(relative);
    const digits = new Set(text.match(/[0-9a-f]{8,}/g));
    for (const { start } of explanation.attribution.ranges) {
      // Lower ones are no secret: they are fixed by the linker or, as with GHC's heap, by the runtime's source.
      if (start > 2 ** 40 && digits.has(toHex(start))) expect.fail(`holds the address ${toHex(start)}`);
    }
    const told = (of: typeof layout): unknown =>
      findingsOf(of).map(({ kind, severity, bytes }) => [kind, severity, bytes]);
    expect(told(relative)).toEqual(told(layout));
    expect(diffLayouts(layout, relative).regions.every((row) => row.change === 0)).toBe(true);
  });
});

describe('golden texts', () => {
  test.each([
    ['go-1.15-hello-cgo0', 80],
    ['etcd-3.5-60keys', 110],
    ['jvm-21-zgc', 110],
    ['node-20-workers3', 80],
  ])('%s at %i columns', async (name, columns) => {
    const style = { colours: 0, unicode: true, columns, tableWidth: columns } as const;
    await expect(picture(style, explained(name), name, 'directory')).toMatchFileSnapshot(`./golden/${name}.txt`);
  });
});

describe('the questions', () => {
  const EXPECTED: ReadonlyArray<readonly [name: string, kind: FindingKind, text: string]> = [
    [
      'go-1.15-hello-cgo0',
      'go.reservation',
      'Go 1.15.15 reserved 613,400,576 B (585 MiB) for its page tables at start.',
    ],
    [
      'valgrind-massif-go-1.15-hello',
      'go.reservation',
      'Go 1.14-1.16 reserved 613,400,576 B (585 MiB) for its page tables at start.',
    ],
    ['go-1.26-daemon-cgo0', 'go.crypto-buffer', '32 MiB buffer in .bss'],
    [
      'go-1.26-daemon-cgo0',
      'not.returned',
      'Resident fell from 343 MiB at its peak to 26.2 MiB, VSZ is 1,636,241,408 B',
    ],
    [
      'etcd-3.5-60keys',
      'etcd.bbolt',
      '10,737,418,240 B (10 GiB) are one mapped database file. Almost nothing of it is resident',
    ],
    ['jvm-21-zgc', 'jvm.zgc', 'ZGC maps one Java heap in three views of 8 GiB.'],
    ['jvm-17-serial', 'glibc.arenas', 'malloc arenas of 64 MiB reserve'],
    ['jvm-17-g1-big', 'jvm.heap', 'reserved 40 GiB for the Java heap and committed 544 MiB of it.'],
    ['node-20-workers3', 'v8.wasm', 'One WebAssembly memory reserves 10 GiB; 4 MiB of it is in use.'],
    ['kafka-4.1-kraft', 'file.mapped', 'data files are mapped'],
    ['postgres-15-postmaster', 'shared', 'Shared memory: 143 MiB.'],
    ['c-asan-8threads', 'sanitizer', 'The sanitizer maps 20 TiB'],
    ['ghc-9.0-map', 'reservation', "Reserved for GHC's heap (ghc.two-step-heap): 1 TiB"],
    ['go-1.15-hello-cgo0', 'limit.as', 'A fresh start of this program works from RLIMIT_AS 719,851,520 B'],
    ['go-1.24.9-hello-cgo1', 'limit.hole', 'fails from 1,102 to 1,239 MiB'],
    ['go-1.15-hello-cgo0', 'oom', 'VSZ is not charged; 1.68 MiB of this process is resident.'],
  ];

  test.each(EXPECTED)('%s: %s', (name, kind, text) => {
    const said = explained(name)
      .findings.filter((finding) => finding.kind === kind)
      .map((finding) => sentenceOf(finding).text);
    expect(said.join('\n')).toContain(text);
  });

  test('are not answered where they do not arise', () => {
    const kinds = (name: string): string[] => explained(name).findings.map((finding) => finding.kind);
    for (const name of names) {
      if (!name.startsWith('etcd')) expect(kinds(name)).not.toContain('etcd.bbolt');
      if (!/zgc/.test(name)) expect(kinds(name)).not.toContain('jvm.zgc');
      if (!/wasm|node|bun/.test(name)) expect(kinds(name).filter((kind) => /wasm/.test(kind))).toEqual([]);
    }
  });
});
