/** The collector's API as a LayoutSource: what the backend asks. */
import { layoutsAnswer, processesAnswer, snapshotAnswer } from '../../contract/snapshot-api';
import type { LayoutSource } from '../../core/query/sources';
import type { LayoutInterval } from '../../core/snapshot/layout';
import { type CollectorAddress, createGet } from './http';

export type { CollectorAddress } from './http';

const PAGE = 5000;
/** A range with more intervals than this is answered in part, with a notice. */
const MAX_INTERVALS = 50_000;

/** @throws SourceError when the address is no URL; the source's functions throw SourceError too */
export function createCollectorSource(address: CollectorAddress): LayoutSource {
  const get = createGet(address);
  const pathOf = (process: string): string => `/processes/${encodeURIComponent(process)}`;
  const range = (fromMs: number, toMs: number) => ({ from: String(Math.floor(fromMs)), to: String(Math.ceil(toMs)) });

  return {
    async processes(fromMs, toMs, signal) {
      return (await get('/processes', range(fromMs, toMs), processesAnswer, signal))?.processes ?? [];
    },

    async layouts(process, fromMs, toMs, include, signal) {
      const items: LayoutInterval[] = [];
      let cursor: string | undefined;
      do {
        const query = {
          ...range(fromMs, toMs),
          include,
          limit: String(PAGE),
          ...(cursor === undefined ? {} : { cursor }),
        };
        const page = await get(`${pathOf(process)}/layouts`, query, layoutsAnswer, signal);
        items.push(...(page?.items ?? []));
        cursor = page?.items.length ? page.next : undefined;
      } while (cursor !== undefined && items.length < MAX_INTERVALS);
      const notices =
        cursor === undefined
          ? []
          : [`Showing the first ${items.length} layouts of '${process}'. Narrow the time range for the rest.`];
      return { items, notices };
    },

    async snapshot(process, which, signal) {
      const query: Record<string, string> = 'id' in which ? { id: which.id } : { at: String(Math.round(which.atMs)) };
      return get(`${pathOf(process)}/snapshot`, query, snapshotAnswer, signal);
    },
  };
}
