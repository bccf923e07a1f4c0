/** The OpenAPI 3.1 description of the collector, made from the schemas that clients decode with. */
import { z } from 'zod';
import { PLATEAU_VERSION } from '../core/version';
import { API_PREFIX, LAYOUTS_LIMIT, layoutsAnswer, problem, processesAnswer, snapshotAnswer } from './snapshot-api';

const ANSWERS = { Processes: processesAnswer, Layouts: layoutsAnswer, Snapshot: snapshotAnswer, Problem: problem };

const time = (name: string, description: string) => ({
  name,
  in: 'query',
  description: `${description} Unix milliseconds, or an RFC 3339 time.`,
  schema: { type: 'string' },
});
const query = (name: string, description: string, schema: object) => ({ name, in: 'query', description, schema });

const PROCESS = {
  name: 'process',
  in: 'path',
  required: true,
  description: 'The `process` label, URL-encoded.',
  schema: { type: 'string' },
};
const RANGE = [
  time('from', 'Start of the range; the beginning when left out.'),
  time('to', 'End of the range; now when left out.'),
];

const json = (name: keyof typeof ANSWERS, description: string, type = 'application/json') => ({
  description,
  content: { [type]: { schema: { $ref: `#/components/schemas/${name}` } } },
});

const get = (summary: string, answer: keyof typeof ANSWERS, parameters: readonly object[]) => ({
  get: {
    summary,
    parameters,
    responses: {
      200: json(answer, 'The answer.'),
      default: json('Problem', 'What went wrong, and what to do (RFC 9457).', 'application/problem+json'),
    },
  },
});

export function openApiDocument(): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Plateau collector',
      version: PLATEAU_VERSION,
      description: 'Processes of one host, their address space layouts and when each was in force.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: API_PREFIX }],
    security: [{ token: [] }, {}],
    paths: {
      '/processes': get('Processes seen in the range.', 'Processes', RANGE),
      '/processes/{process}/layouts': get('Intervals that touch the range, ascending.', 'Layouts', [
        PROCESS,
        ...RANGE,
        query('limit', 'Intervals in one page.', {
          type: 'integer',
          minimum: 1,
          maximum: LAYOUTS_LIMIT.most,
          default: LAYOUTS_LIMIT.usual,
        }),
        query('cursor', '`next` of the page before.', { type: 'string' }),
        query('include', 'Also the bytes by region.', {
          type: 'string',
          enum: ['categories', 'regions'],
          default: 'categories',
        }),
      ]),
      '/processes/{process}/snapshot': get('One layout. Without at and id the process is read afresh.', 'Snapshot', [
        PROCESS,
        time('at', '`now`, or the instant at which the layout was in force.'),
        query('id', 'Layout id.', { type: 'string', pattern: '^[0-9a-f]{13}$' }),
      ]),
    },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: Object.fromEntries(Object.entries(ANSWERS).map(([name, schema]) => [name, z.toJSONSchema(schema)])),
    },
  };
}
