/** The engine's errors → Grafana's status and error source. */
import { QueryFailure } from '../adapters/pluginv2/errors';
import { QueryError } from '../contract/query';
import { BadQueryError } from '../core/query/engine';
import { SourceError } from '../core/query/sources';

const STATUS: Readonly<Record<SourceError['kind'], number>> = {
  unreachable: 502,
  timeout: 504,
  denied: 502,
  'bad-query': 400,
  'bad-answer': 502,
  'not-found': 502,
};

/** Anything else is a mistake of ours and passes as it is. */
export function toQueryFailure(error: unknown): unknown {
  if (error instanceof SourceError) return new QueryFailure(STATUS[error.kind], 'downstream', error.message);
  // A query that cannot be is the user's, not the plugin's: downstream keeps it out of the plugin's error rate.
  if (error instanceof BadQueryError || error instanceof QueryError) {
    return new QueryFailure(400, 'downstream', error.message);
  }
  return error;
}
