/** Grafana's HTTP service: an Observable per request, cancelled by unsubscribing, errors as plain objects. */
import type { BackendSrv, BackendSrvRequest, FetchError, FetchResponse } from '@grafana/runtime';
import { Observable, lastValueFrom } from 'rxjs';

function urlOf({ url, params }: BackendSrvRequest): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(params ?? {})) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) search.append(key, String(item));
    }
  }
  const text = search.toString();
  const absolute = url.startsWith('/') ? url : `/${url}`;
  return text === '' ? absolute : `${absolute}${absolute.includes('?') ? '&' : '?'}${text}`;
}

function bodyOf(data: unknown): string | undefined {
  if (data === undefined || data === null) return undefined;
  return typeof data === 'string' ? data : JSON.stringify(data);
}

async function decode(answer: Response, as: BackendSrvRequest['responseType']): Promise<unknown> {
  if (as === 'arraybuffer') return answer.arrayBuffer();
  if (as === 'blob') return answer.blob();
  const text = await answer.text();
  if (as === 'text') return text;
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}

function failure(config: BackendSrvRequest, part: Partial<FetchError>): FetchError {
  return { status: 0, statusText: 'Request failed', data: {}, config, ...part };
}

function fetchOnce<T>(config: BackendSrvRequest): Observable<FetchResponse<T>> {
  return new Observable((subscriber) => {
    const abort = new AbortController();
    config.abortSignal?.addEventListener('abort', () => abort.abort());
    const run = async (): Promise<void> => {
      const answer = await fetch(urlOf(config), {
        method: config.method ?? 'GET',
        headers: { 'content-type': 'application/json', accept: 'application/json', ...config.headers },
        body: bodyOf(config.data),
        signal: abort.signal,
      });
      const data = (await decode(answer, config.responseType)) as T;
      const { status, statusText, ok, headers, redirected, type, url } = answer;
      if (!ok) {
        const text = (data as { message?: string } | undefined)?.message;
        throw failure(config, { status, statusText, data, ...(text ? { message: text } : {}) });
      }
      subscriber.next({ data, status, statusText, ok, headers, redirected, type, url, config });
      subscriber.complete();
    };
    run().catch((error: FetchError | Error) => {
      if (abort.signal.aborted) {
        subscriber.error(failure(config, { cancelled: true, statusText: 'Request was aborted' }));
      } else if ('config' in error) subscriber.error(error);
      else subscriber.error(failure(config, { message: 'The workbench does not answer. Is npm start still running?' }));
    });
    return () => abort.abort();
  });
}

export function createBackendSrv(): BackendSrv {
  const request = async <T>(config: BackendSrvRequest): Promise<T> => (await lastValueFrom(fetchOnce<T>(config))).data;
  return {
    fetch: fetchOnce,
    request,
    datasourceRequest: (config) => lastValueFrom(fetchOnce(config)),
    get: (url, params, requestId, options) => request({ ...options, url, params, requestId, method: 'GET' }),
    delete: (url, data, options) => request({ ...options, url, data, method: 'DELETE' }),
    post: (url, data, options) => request({ ...options, url, data, method: 'POST' }),
    patch: (url, data, options) => request({ ...options, url, data, method: 'PATCH' }),
    put: (url, data, options) => request({ ...options, url, data, method: 'PUT' }),
    chunked: () => new Observable((subscriber) => subscriber.error(new Error('The workbench does not stream.'))),
  };
}
