/**
 * The rules of Grafana's plugin.json schema that touch this plugin, in our own words: what the catalog's validator and
 * Grafana's loader would refuse.
 */
const text = { type: 'string', minLength: 1 } as const;
const link = { type: 'string', pattern: '^https://' } as const;
const asset = { type: 'string', pattern: '^(img|dashboards|screenshots)/[\\w./-]+$' } as const;

export const PLUGIN_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['type', 'name', 'id', 'info', 'dependencies'],
  properties: {
    $schema: link,
    type: { enum: ['datasource', 'panel'] },
    name: text,
    id: { type: 'string', pattern: '^[0-9a-z]+-([0-9a-z]+-)?(datasource|panel)$' },
    category: { enum: ['tsdb', 'logging', 'cloud', 'tracing', 'profiling', 'sql', 'enterprise', 'iot', 'other'] },
    backend: { type: 'boolean' },
    executable: { type: 'string', pattern: '^gpx_[a-z]+$' },
    metrics: { type: 'boolean' },
    alerting: { type: 'boolean' },
    annotations: { type: 'boolean' },
    streaming: { type: 'boolean' },
    skipDataQuery: { type: 'boolean' },
    queryOptions: {
      type: 'object',
      additionalProperties: false,
      properties: {
        maxDataPoints: { type: 'boolean' },
        minInterval: { type: 'boolean' },
        cacheTimeout: { type: 'boolean' },
      },
    },
    info: {
      type: 'object',
      additionalProperties: false,
      required: ['description', 'author', 'keywords', 'logos', 'links', 'screenshots', 'version', 'updated'],
      properties: {
        description: text,
        author: {
          type: 'object',
          additionalProperties: false,
          required: ['name'],
          properties: { name: text, url: link, email: text },
        },
        keywords: { type: 'array', minItems: 1, items: text },
        logos: {
          type: 'object',
          additionalProperties: false,
          required: ['small', 'large'],
          properties: { small: asset, large: asset },
        },
        links: {
          type: 'array',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['name', 'url'],
            properties: { name: text, url: link },
          },
        },
        screenshots: {
          type: 'array',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['name', 'path'],
            properties: { name: text, path: asset },
          },
        },
        version: { type: 'string', pattern: '^(%VERSION%|\\d+\\.\\d+\\.\\d+)$' },
        updated: { type: 'string', pattern: '^(%TODAY%|\\d{4}-\\d\\d-\\d\\d)$' },
      },
    },
    includes: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'name'],
        properties: { type: { enum: ['dashboard', 'panel'] }, name: text, path: asset },
        if: { properties: { type: { const: 'dashboard' } } },
        then: { required: ['path'] },
      },
    },
    dependencies: {
      type: 'object',
      additionalProperties: false,
      required: ['grafanaDependency', 'plugins'],
      properties: { grafanaDependency: { const: '>=10.1.0-0' }, plugins: { type: 'array', maxItems: 0 } },
    },
  },
  // Grafana looks for the executable of a backend, and lets only backends take part in alerting.
  if: { properties: { backend: { const: true } }, required: ['backend'] },
  then: { required: ['executable'] },
  else: { properties: { alerting: { const: false } } },
} as const;
