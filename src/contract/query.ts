/** The query model of panels, Explore, alert rules, annotations and provisioning, decoded and defaulted. */
import { z } from 'zod';
import { QUERY_PARTS, QUERY_TYPES, type PlateauQuery } from '../core/query/query';
import { DEFAULT_QUERY } from './default-query';

export { DEFAULT_QUERY };

const text = (fallback: string) => z.string().max(100_000).catch(fallback).default(fallback);

const model = z.object({
  refId: z.string().default('A'),
  queryType: z.enum(QUERY_TYPES),
  schema: z.literal(1),
  expr: text(''),
  process: text(''),
  groupBy: z.enum(['category', 'region']).catch('category').default('category'),
  measure: z.enum(['virtual', 'resident']).catch('virtual').default('virtual'),
  at: text('end'),
  from: text(''),
  to: text(''),
  part: z.enum(QUERY_PARTS).optional().catch(undefined),
});

/** A model that no version of Plateau wrote; the text says which key and what is allowed. */
export class QueryError extends Error {}

/**
 * @param value the query's JSON as Grafana keeps it; unknown keys are ignored, missing ones take their default
 * @throws QueryError when it is no object, or its queryType or schema is not known
 */
export function decodeQuery(value: unknown): PlateauQuery {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new QueryError('The query is not a JSON object.');
  }
  const raw = value as Record<string, unknown>;
  const parsed = model.safeParse({
    ...raw,
    // Grafana sends an empty queryType for a fresh query; schema came with version 1.
    queryType: raw.queryType === undefined || raw.queryType === '' ? DEFAULT_QUERY.queryType : raw.queryType,
    schema: raw.schema ?? 1,
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.path[0] === 'queryType') {
    throw new QueryError(`The query type ${shown(raw.queryType)} is not known. Known are ${QUERY_TYPES.join(', ')}.`);
  }
  if (issue.path[0] === 'schema') {
    throw new QueryError(`The query has schema ${shown(raw.schema)}; this version of Plateau reads schema 1.`);
  }
  throw new QueryError(`The query's '${issue.path.join('.')}' cannot be read: ${issue.message}.`);
}

/** For messages: short, and never a walk through a deep or huge value. */
function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.slice(0, 60)}'`;
  return typeof value === 'object' && value !== null ? 'of another type' : String(value);
}
