import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { retell, shapeOf } from '../../scripts/story';

const page = readFileSync(path.resolve(__dirname, '../../docs/story.md'), 'utf8');

describe('docs/story.md', () => {
  it('shows what its commands print today, numbers aside (npm run story)', () => {
    expect(shapeOf(retell(page))).toBe(shapeOf(page));
  });

  it('has output in every block', () => {
    const blocks = [...page.matchAll(/```text\n([^]*?)```/g)].map(([, text]) => text!);
    expect(blocks.length).toBeGreaterThan(4);
    for (const block of blocks) expect(block.split('\n').length).toBeGreaterThan(3);
  });

  it('a changed word is a changed shape, a changed number is not', () => {
    expect(shapeOf('heap 12 MiB, 3.4 %')).toBe(shapeOf('heap 1,024 KiB, 99 %'));
    expect(shapeOf('heap 12 MiB')).not.toBe(shapeOf('stack 12 MiB'));
  });
});
