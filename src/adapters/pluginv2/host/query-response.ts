/** What Grafana's /api/ds/query and /health answer to a browser, made from a plugin's answers. */
import { type JsonFrame, frameToJson } from './frames-to-json';
import type { HealthResult, QueryResult } from './plugin-host';

export interface JsonQueryResponse {
  readonly status: 200 | 207;
  readonly body: {
    readonly results: Readonly<
      Record<
        string,
        {
          readonly status: number;
          readonly frames: readonly JsonFrame[];
          readonly error?: string;
          readonly errorSource?: string;
        }
      >
    >;
  };
}

/** 207 as soon as one query failed, like Grafana. */
export function toQueryResponse(answers: ReadonlyMap<string, QueryResult>): JsonQueryResponse {
  const results = Object.create(null) as Record<string, JsonQueryResponse['body']['results'][string]>;
  let failed = false;
  for (const [refId, answer] of answers) {
    if (answer.error !== '') failed = true;
    results[refId] = {
      status: answer.status,
      ...(answer.error === '' ? {} : { error: answer.error, errorSource: answer.errorSource || 'plugin' }),
      frames: answer.frames.map(frameToJson),
    };
  }
  return { status: failed ? 207 : 200, body: { results } };
}

export function toHealthResponse(health: HealthResult): { status: 200 | 400; body: Readonly<Record<string, unknown>> } {
  return {
    status: health.status === 'OK' ? 200 : 400,
    body: { status: health.status, message: health.message, ...(health.details ? { details: health.details } : {}) },
  };
}
