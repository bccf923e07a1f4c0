import { describe, expect, test } from 'vitest';
import type { Layout } from '../../../src/core/snapshot/layout';
import { FINDING_KINDS, type FindingKind, finding } from '../../../src/core/explain/finding';
import { findingsOf } from '../../../src/core/explain/findings';
import { sentenceOf } from '../../../src/core/explain/sentences';
import { drawLayout } from './draw-layout';

const GO = [{ name: 'go', version: '1.26.8', evidence: 'build information' }];
const JVM = [{ name: 'jvm', version: '21', evidence: 'libjvm.so' }];

function said(layout: Layout, kind: FindingKind): string {
  const found = findingsOf(layout).filter((candidate) => candidate.kind === kind);
  return found
    .map((one) => {
      const { text, advice } = sentenceOf(one);
      return advice === null ? text : `${text} / ${advice}`;
    })
    .join('\n');
}

describe('the ten questions', () => {
  test('1: what Go reserved at start', () => {
    const old = drawLayout('go.page-summary-L4 reservation 613400576', {
      runtimes: [{ name: 'go', version: '1.15.15', evidence: '' }],
    });
    expect(said(old, 'go.reservation')).toBe(
      'Go 1.15.15 reserved 613,400,576 B (585 MiB) for its page tables at start. This is by design and costs no RAM. / ' +
        'Alert on resident memory instead of VSZ.'
    );
    const now = drawLayout(
      `go.page-summary-L4 reservation 585MiB
       go.scavenge-index reservation 512MiB
       go.heap-arena reservation 44MiB
       go.heap-arena heap 20MiB`,
      { runtimes: GO }
    );
    expect(said(now, 'go.reservation')).toContain(
      'for its page tables (585 MiB) and its scavenge index (512 MiB) at start, and 44 MiB for heap growth.'
    );
  });

  test('1: the crypto buffer of Go 1.26, and of no other', () => {
    const bss = 'elf.bss data 33MiB';
    expect(said(drawLayout(bss, { runtimes: GO }), 'go.crypto-buffer')).toContain('carry a 32 MiB buffer in .bss');
    expect(said(drawLayout('elf.bss data 1MiB', { runtimes: GO }), 'go.crypto-buffer')).toBe('');
    expect(said(drawLayout(bss, { runtimes: [{ ...GO[0]!, version: '1.9' }] }), 'go.crypto-buffer')).toBe('');
    expect(said(drawLayout(bss), 'go.crypto-buffer')).toBe('');
  });

  test('2: mapped data files, with their resident part only when it was measured', () => {
    const files = (resident: string): Layout =>
      drawLayout(`file.shared file 512MiB ${resident} 000001
                  file.shared file 256MiB ${resident} 000002
                  anon.heap heap 1MiB ${resident}`);
    expect(said(files('?'), 'file.mapped')).toBe(
      '2 data files are mapped, 768 MiB, the largest 000001 (512 MiB). Reading them uses page cache, which the kernel takes back when needed. / ' +
        'Compare with the size of the data directory.'
    );
    expect(said(files('0'), 'file.mapped')).toContain(' Nothing of it is resident.');
    expect(said(files('1MiB'), 'file.mapped')).toContain(' 2 MiB of it is resident.');
  });

  test('2: files of equal base names in a relative layout are told apart by size', () => {
    const layout = drawLayout(
      'file.shared file 64MiB ? 000001\nfile.shared file 32MiB ? 000001\nfile.shared file 32MiB ? index'
    );
    expect(said(layout, 'file.mapped')).toContain('3 data files are mapped, 128 MiB, the largest 000001 (64 MiB).');
  });

  test("3: etcd's database file, and that no other file called db is taken for it", () => {
    const db = 'file.shared file 10737418240 5MiB db';
    expect(said(drawLayout(db, { comm: 'etcd' }), 'etcd.bbolt')).toBe(
      '10,737,418,240 B (10 GiB) are one mapped database file. Almost nothing of it is resident (5 MiB).'
    );
    expect(said(drawLayout(db, { comm: 'other' }), 'etcd.bbolt')).toBe('');
    expect(said(drawLayout('file.shared file 10GiB ? /data/member/snap/db'), 'etcd.bbolt')).toContain(
      'Only what was read of it is in RAM.'
    );
  });

  test('4: how near the limit is', () => {
    const at = (limit: number): Layout =>
      drawLayout('anon.heap heap 800MiB', { limits: { addressSpace: limit, data: null } });
    const severity = (layout: Layout): unknown => findingsOf(layout).find((one) => one.kind === 'limit.as')?.severity;
    expect(said(at(1600 * 1024 ** 2), 'limit.as')).toBe(
      '800 MiB of 1.56 GiB RLIMIT_AS are used (50.0 %); the reserved part counts too. 800 MiB are left.'
    );
    expect(severity(at(1600 * 1024 ** 2))).toBe('info');
    expect(severity(at(900 * 1024 ** 2))).toBe('warning');
    expect(severity(at(800 * 1024 ** 2))).toBe('error');
    expect(severity(drawLayout('anon.heap heap 8MiB', { limits: { addressSpace: null, data: null } }))).toBeUndefined();
  });

  test('5: WebAssembly memories, counted where their size is known', () => {
    const memory = 'v8.wasm-memory heap 4MiB\nv8.wasm-memory reservation 10733285376';
    expect(said(drawLayout(memory), 'v8.wasm')).toMatch(
      /^One WebAssembly memory reserves 10 GiB; 4 MiB of it is in use\. \//
    );
    expect(said(drawLayout(`${memory}\n${memory}\n${memory}`), 'v8.wasm')).toMatch(
      /^Three WebAssembly memories reserve 10 GiB each, 30 GiB together; 12 MiB of it is in use\./
    );
    expect(said(drawLayout('v8.wasm-memory reservation 5GiB'), 'v8.wasm')).toMatch(
      /^WebAssembly memories reserve 5 GiB;/
    );
    // Deno keeps no guards: each memory has the size that it may grow to, and is known by what is open of it.
    const small = 'v8.wasm-memory heap 4MiB\nv8.wasm-memory reservation 60MiB';
    const large = 'v8.wasm-memory heap 1MiB\nv8.wasm-memory reservation 4095MiB';
    expect(said(drawLayout(`${small}\n${large}\ngap 1MiB\n${large}`), 'v8.wasm')).toMatch(
      /^Three WebAssembly memories reserve 8\.06 GiB; 6 MiB of it is in use\./
    );
    expect(said(drawLayout(large), 'v8.wasm')).toMatch(/^One WebAssembly memory reserves 4 GiB;/);
    expect(said(drawLayout('wasmtime.linear-memory reservation 4362076160'), 'wasm.memory')).toMatch(
      /^One WebAssembly/
    );
  });

  test('6: malloc arenas', () => {
    const arena = 'glibc.arena heap 1MiB\nglibc.arena reservation 63MiB\n';
    expect(said(drawLayout(arena.repeat(15), { threads: 34 }), 'glibc.arenas')).toBe(
      '15 malloc arenas of 64 MiB reserve 945 MiB and hold 15 MiB, because 34 threads may call malloc. / MALLOC_ARENA_MAX=2 lowers VSZ.'
    );
    expect(said(drawLayout(arena), 'glibc.arenas')).toMatch(
      /^One malloc arena of 64 MiB reserves 63 MiB and holds 1 MiB\./
    );
  });

  test('7: the views of a ZGC heap', () => {
    const view = 'jvm.java-heap heap 1GiB ? /memfd:java_heap\njvm.java-heap reservation 7GiB';
    expect(said(drawLayout(`${view}\ngap 4TiB\n${view}\ngap 8TiB\n${view}`, { runtimes: JVM }), 'jvm.zgc')).toBe(
      'ZGC maps one Java heap in three views of 8 GiB. VSZ counts three, RAM holds one. / Look at the heap committed by the JVM.'
    );
    expect(said(drawLayout(view, { runtimes: JVM }), 'jvm.zgc')).toContain('ZGC of JVM 21 reserves 8 GiB of addresses');
  });

  test('7: the Java heap that is reserved and not committed', () => {
    const layout = drawLayout(
      `jvm.java-heap heap 64MiB
       jvm.java-heap reservation 960MiB
       jvm.class-space metadata 4MiB
       jvm.class-space reservation 1020MiB`,
      { runtimes: JVM }
    );
    expect(said(layout, 'jvm.heap')).toBe(
      'JVM 21 reserved 1 GiB for the Java heap and committed 64 MiB of it. The other 960 MiB costs no RAM. / -Xmx sets the reservation.'
    );
    expect(said(layout, 'jvm.spaces')).toContain('the largest part is the compressed class space (1,020 MiB)');
  });

  test('8: what a container is killed for', () => {
    const layout = drawLayout('a.b reservation 1GiB', { residentBytes: 10 * 1024 ** 2 });
    expect(said(layout, 'oom')).toContain('VSZ is not charged; 10 MiB of this process is resident.');
    expect(said(drawLayout('a.b heap 1GiB', { residentBytes: 1024 ** 3 }), 'oom')).toBe('');
  });

  test('9: memory that was given back', () => {
    const layout = (peak: number): Layout =>
      drawLayout('go.heap-arena heap 1501286400', { residentBytes: 11848909, residentPeakBytes: peak });
    expect(said(layout(212 * 1024 ** 2), 'not.returned')).toBe(
      'Resident fell from 212 MiB at its peak to 11.3 MiB, VSZ is 1,501,286,400 B: memory was given back, its addresses are kept.'
    );
    expect(said(layout(12 * 1024 ** 2), 'not.returned')).toBe('');
  });

  test('10: mappings against the limit', () => {
    const layout = { ...drawLayout('v8.heap heap 4KiB\nv8.heap heap 4KiB\nelf.text code 4KiB'), maxMapCount: 3 };
    expect(findingsOf(layout)[0]).toMatchObject({ kind: 'mappings', severity: 'error' });
    expect(said(layout, 'mappings')).toContain('3 of 3 mappings are used (100 %).');
    expect(said(layout, 'mappings')).toContain("2 of them belong to V8's heap (v8.heap).");
    expect(said({ ...layout, maxMapCount: 65530 }, 'mappings')).toBe('');
  });
});

describe('what costs RAM', () => {
  test('heap says resident only when it was measured, and "at most" where a mapping is cut', () => {
    expect(said(drawLayout('a.b heap 470MiB'), 'heap')).toBe('Heap: 470 MiB mapped. This is what can cost RAM.');
    expect(said(drawLayout('a.b heap 470MiB 455MiB'), 'heap')).toBe(
      'Heap: 470 MiB mapped, 455 MiB of it resident. This is what costs RAM.'
    );
    expect(said(drawLayout('a.b heap 4MiB 2MiB\n+ elf.bss data 4MiB 2MiB'), 'heap')).toContain('at most 2 MiB');
  });

  test('untouched memory is accessible and not resident', () => {
    expect(said(drawLayout('jsc.structure-heap heap 4GiB 12MiB'), 'untouched')).toBe(
      "4 GiB of JavaScriptCore's structures (jsc.structure-heap) can be used, and only 12 MiB of it is in RAM: the rest was never touched or was given back. " +
        'JavaScriptCore stores pointers to structures as offsets in one range.'
    );
    expect(said(drawLayout('jsc.structure-heap heap 4GiB'), 'untouched')).toBe('');
  });

  test('a reservation that has no finding of its own', () => {
    expect(said(drawLayout('ghc.two-step-heap reservation 1TiB\nghc.two-step-heap heap 2MiB'), 'reservation')).toBe(
      "Reserved for GHC's heap (ghc.two-step-heap): 1 TiB, beside 2 MiB in use. GHC tells its heap from other memory by address. " +
        'The reserved part is inaccessible and costs no RAM. / A program built without the two-step allocator does not reserve it.'
    );
    expect(said(drawLayout('app.reservation reservation 4GiB'), 'reservation')).toBe(
      'Reserved by the program itself (app.reservation): 4 GiB. The reserved part is inaccessible and costs no RAM.'
    );
    expect(said(drawLayout('glibc.arena reservation 63MiB'), 'reservation')).toBe('');
  });

  test('stacks, shared memory, sanitizer shadow', () => {
    expect(said(drawLayout('glibc.thread-stack stack 64MiB 1MiB', { threads: 9 }), 'stacks')).toBe(
      'The stacks of 8 threads beside the main one take 64 MiB. 1 MiB of it is resident.'
    );
    const alike = 'glibc.thread-stack stack 8MiB\n+ glibc.thread-stack guard 4KiB\n'.repeat(4);
    expect(said(drawLayout(alike, { threads: 5 }), 'stacks')).toBe('4 thread stacks of 8 MiB take 32 MiB.');
    expect(said(drawLayout(alike), 'stacks')).toBe('4 thread stacks of 8 MiB take 32 MiB.');
    expect(said(drawLayout(`${alike}glibc.thread-stack stack 2MiB`, { threads: 6 }), 'stacks')).toBe(
      'The stacks of 5 threads beside the main one take 34 MiB.'
    );
    expect(said(drawLayout('stack.main stack 8MiB\nrust.sigaltstack stack 9MiB'), 'stacks')).toBe('');
  });

  test('stacks of glibc 2.42 and later that have merged are counted by the threads', () => {
    const merged = 'glibc.thread-stack stack 40980KiB\nglibc.thread-stack stack 16392KiB';
    expect(said(drawLayout(merged, { threads: 8 }), 'stacks')).toBe('7 thread stacks of 8 MiB take 56 MiB.');
    expect(said(drawLayout(merged, { threads: 9 }), 'stacks')).toBe(
      'The stacks of 8 threads beside the main one take 56 MiB.'
    );
  });

  test('shared memory, sanitizer shadow', () => {
    expect(said(drawLayout('shared.anon-shmem shared 143MiB'), 'shared')).toContain('RAM holds it once.');
    expect(said(drawLayout('asan.shadow metadata 14TiB'), 'sanitizer')).toContain('maps 14 TiB for its shadow memory');
  });
});

describe('what is not sure', () => {
  test('unknown bytes warn above one percent', () => {
    const layout = drawLayout('unknown unknown 2MiB\na.b heap 98MiB');
    expect(findingsOf(layout)[0]).toMatchObject({ kind: 'unknown', severity: 'warning', bytes: 2 * 1024 ** 2 });
    expect(
      findingsOf(drawLayout('unknown unknown 4KiB\na.b heap 98MiB')).find((one) => one.kind === 'unknown')?.severity
    ).toBe('info');
  });

  test('guesses are said from five percent on', () => {
    const layout = drawLayout('a.b heap 98MiB');
    const guessed = { ...layout, ranges: layout.ranges.map((range) => ({ ...range, confidence: 'guess' as const })) };
    expect(said(guessed, 'guess')).toBe(
      '98 MiB (100 %) is a guess by permissions, sizes and neighbours, most of it b of a.'
    );
    expect(said(layout, 'guess')).toBe('');
  });
});

test('findings are data: sorted by severity, bytes within VSZ, and each kind has words without holes', () => {
  const layout = drawLayout(
    'unknown unknown 20MiB\ngo.page-summary-L4 reservation 585MiB\nglibc.arena reservation 64MiB',
    {
      runtimes: GO,
    }
  );
  const findings = findingsOf(layout);
  expect(findings[0]?.severity).toBe('warning');
  for (const one of findings) expect(one.bytes).toBeLessThanOrEqual(layout.virtualBytes);
  for (const kind of FINDING_KINDS) {
    const names = { runtime: 'Go', region: 'a', largest: 'b', most: 'c' };
    const times = { since: '07:00', took: '1 h', time: '07:00', level: '1 GiB', size: '4 KiB' };
    const { text } = sentenceOf(
      finding(kind, 'info', 4096, { regions: ['a'], numbers: { a: 4096 }, words: { ...names, ...times } })
    );
    expect(text).toMatch(/^[A-Z0-9a].*\.$/);
    expect(text).not.toMatch(/undefined|NaN|null/);
  }
});
