/** A target of `diff` → layout: like any target, or a .json file that holds a stored layout. */
import { readFileSync } from 'node:fs';
import { layout as layoutDecoder, snapshotAnswer } from '../contract/snapshot-api';
import { explainProcess } from '../core/explain/explain';
import type { Layout } from '../core/snapshot/layout';
import { type SmapsMode, TargetError, readTarget } from './target';

/** @throws TargetError */
export function readLayout(target: string, smaps: SmapsMode): Layout {
  return target.endsWith('.json') ? readStored(target) : explainProcess(readTarget(target, smaps)).layout;
}

function readStored(path: string): Layout {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new TargetError(
      `${path}: is not a readable JSON file (${error instanceof Error ? error.message : String(error)}).`
    );
  }
  const answer = snapshotAnswer.safeParse(value);
  if (answer.success) return toLayout(answer.data.layout);
  const plain = layoutDecoder.safeParse(value);
  if (plain.success) return toLayout(plain.data);
  const [issue] = plain.error.issues;
  throw new TargetError(`${path}: is not a stored layout (${issue?.path.join('.') || 'document'}: ${issue?.message}).`);
}

/** The decoder's type says `undefined` where the model says absent. */
function toLayout({ limits, ranges, ...rest }: ReturnType<typeof layoutDecoder.parse>): Layout {
  return {
    ...rest,
    ...(limits ? { limits } : {}),
    ranges: ranges.map(({ start, ...range }) => ({ ...range, ...(start === undefined ? {} : { start }) })),
  };
}
