/** Cursors of the API: position (fromMs, order) of the last interval that was answered, opaque to clients. */
import { CursorError } from '../../core/snapshot/store';

export interface Position {
  readonly fromMs: number;
  readonly order: number;
}

export function toCursor(position: Position): string {
  return Buffer.from(`${position.fromMs}.${position.order}`).toString('base64url');
}

export function parseCursor(cursor: string): Position {
  const match = /^(-?\d{1,16})\.(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (!match) throw new CursorError(`The cursor '${cursor.slice(0, 40)}' is not one of this collector.`);
  return { fromMs: Number(match[1]), order: Number(match[2]) };
}
