/** The part of Grafana's HTTP API that a data source's frontend calls, answered through the backend executable. */
import type { IncomingHttpHeaders } from 'node:http';
import type { CallContext, QueryModel } from '../../adapters/pluginv2/host/plugin-host';
import { toHealthResponse, toQueryResponse } from '../../adapters/pluginv2/host/query-response';
import type { AnnotationKeeper } from './annotations';
import type { Backend } from './backend';
import type { DataSourceKeeper, SavedSettings } from './data-source';
import type { PluginFiles } from './plugin-files';

export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  /** Aborted when the browser has gone; the backend's work is cancelled then. */
  readonly signal: AbortSignal;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, bytes as they are. */
  readonly body: object | Uint8Array;
}

export interface Api {
  readonly plugin: PluginFiles;
  readonly dataSource: DataSourceKeeper;
  readonly backend: Backend;
}

/** The API while the page is served. */
export interface ServedApi extends Api {
  readonly annotations: AnnotationKeeper;
}

/** The message is shown to the user of the page as it stands. */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    message: string
  ) {
    super(message);
  }
}

const DATA_SOURCE = /^\/api\/datasources\/uid\/([^/]+)(?:\/(health|resources)(?:\/(.*))?)?$/;

/** @returns null when it is no address of the API. @throws RequestError */
export async function answerApi(api: ServedApi, request: ApiRequest): Promise<ApiAnswer | null> {
  const { pathname } = request.url;
  if (pathname === '/api/frontend/settings') return { status: 200, body: frontendSettings(api) };
  if (pathname === '/api/ds/query') return query(api, request);
  if (pathname === '/api/annotations') return annotations(api, request);
  const match = DATA_SOURCE.exec(pathname);
  if (!match) return null;
  const [, uid, part, rest = ''] = match;
  if (uid !== api.dataSource.uid) throw new RequestError(404, `There is no data source '${uid}'.`);
  if (part === 'health') return health(api, request);
  if (part === 'resources') return resource(api, request, rest);
  if (request.method === 'PUT') {
    const datasource = api.dataSource.save(jsonBody(request.body) as SavedSettings);
    return { status: 200, body: { message: 'Datasource updated', name: datasource.name, datasource } };
  }
  return { status: 200, body: api.dataSource.editable() };
}

function annotations({ annotations: kept }: ServedApi, { method, url, body }: ApiRequest): ApiAnswer {
  if (method !== 'POST') return { status: 200, body: [...kept.find(url.searchParams.getAll('tags'))] };
  const added = kept.add(jsonBody(body));
  if (!added) throw new RequestError(400, 'Failed to save annotation: it needs a text, a time and a list of tags.');
  return { status: 200, body: { id: added.id, message: 'Annotation added' } };
}

function context(api: Api): CallContext {
  const user = { login: 'workbench', name: 'Workbench', email: '', role: 'Admin' };
  return { settings: api.dataSource.forBackend(), user };
}

function frontendSettings({ plugin, dataSource }: Api): object {
  const { name, ...settings } = dataSource.editable();
  const { id, uid, type, url, jsonData, isDefault } = settings;
  const instance = {
    id,
    uid,
    type,
    name,
    url,
    jsonData,
    isDefault,
    access: 'proxy',
    readOnly: false,
    meta: plugin.dataSource,
  };
  return { datasources: { [name]: instance }, defaultDatasource: name, panels: plugin.panels };
}

async function query(api: Api, { body, signal }: ApiRequest): Promise<ApiAnswer> {
  const { queries, from, to } = jsonBody(body) as { queries?: QueryModel[]; from?: string; to?: string };
  if (!Array.isArray(queries) || queries.length === 0) throw new RequestError(400, 'No queries found.');
  const range = { fromMs: Number(from), toMs: Number(to) };
  if (!Number.isFinite(range.fromMs) || !Number.isFinite(range.toMs)) {
    throw new RequestError(400, `from and to must be Unix milliseconds; they are '${from}' and '${to}'.`);
  }
  return toQueryResponse(await api.backend.host().queryData(context(api), queries, range, { signal }));
}

async function health(api: Api, { signal }: ApiRequest): Promise<ApiAnswer> {
  return toHealthResponse(await api.backend.host().checkHealth(context(api), { signal }));
}

/** Headers of a plugin's answer that are for this connection, not for the browser behind it. */
const OWN_HEADERS = new Set(['connection', 'content-length', 'transfer-encoding', 'content-encoding']);

async function resource(api: Api, request: ApiRequest, path: string): Promise<ApiAnswer> {
  const answer = await api.backend.host().callResource(
    context(api),
    {
      method: request.method,
      path,
      search: request.url.search.slice(1),
      headers: { 'Content-Type': [request.headers['content-type'] ?? 'application/json'] },
      body: request.body,
    },
    { signal: request.signal }
  );
  const headers = Object.entries(answer.headers).filter(([name]) => !OWN_HEADERS.has(name.toLowerCase()));
  return {
    status: answer.status,
    headers: Object.fromEntries(headers.map(([name, values]) => [name, values.join(', ')])),
    body: answer.body,
  };
}

function jsonBody(body: Uint8Array): object {
  try {
    const value = JSON.parse(new TextDecoder().decode(body)) as unknown;
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Falls through to the same sentence: whatever it is, it is no JSON object.
  }
  throw new RequestError(400, 'The request body is not a JSON object.');
}
