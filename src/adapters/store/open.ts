/** One line per kind of store. */
import type { LayoutStore } from '../../core/snapshot/store';
import { openMemoryStore } from './memory/memory-store';

/** The store cannot be used; the text names it and says what to do. */
export class StoreError extends Error {}

/**
 * @param data path of the SQLite file, or ':memory:'
 * @throws StoreError
 */
export async function openStore(data: string, options: { readonly gapMs?: number } = {}): Promise<LayoutStore> {
  if (data === ':memory:') return openMemoryStore(options);
  if (!process.versions['bun']) {
    throw new StoreError(
      `The layout store ${data} needs Bun, and this is Node ${process.versions.node}. Use the plateau command, or --data :memory:.`
    );
  }
  try {
    const { openSqliteStore } = await import('./sqlite/sqlite-store');
    return openSqliteStore(data, options);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const reason = /locked/.test(text) ? 'another collector uses it' : text;
    throw new StoreError(
      `The layout store ${data} cannot be opened: ${reason}. Choose another path with --data, or --data :memory: to keep nothing.`
    );
  }
}
