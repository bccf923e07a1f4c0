/** Version and clock of the collector, from its open metrics page; a collector that hides them is not refused. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { CollectorFacts } from './health';

const LIMIT = 4 * 1024 * 1024;

/** Never rejects: these facts only make the health check better. */
export function readCollectorFacts(url: string, timeoutMs: number, now: () => number): Promise<CollectorFacts> {
  return new Promise((resolve) => {
    const nothing = (): void => resolve({ version: '', skewMs: null });
    try {
      const address = new URL(`${url.replace(/\/+$/, '')}/metrics`);
      const request = (address.protocol === 'https:' ? httpsRequest : httpRequest)(
        address,
        { timeout: timeoutMs },
        (response) => {
          const date = Date.parse(response.headers.date ?? '');
          // The header has whole seconds: half of one is the best guess.
          const skewMs = Number.isNaN(date) ? null : date + 500 - now();
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => {
            text += part;
            if (text.length > LIMIT) request.destroy();
          });
          response.on('close', () =>
            resolve({ version: /^plateau_collector_build_info\{[^}]*version="([^"]*)"/m.exec(text)?.[1] ?? '', skewMs })
          );
        }
      );
      request.on('timeout', () => request.destroy());
      request.on('error', nothing);
      request.end();
    } catch {
      nothing();
    }
  });
}
