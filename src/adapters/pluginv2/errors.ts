/** What went wrong with one query, in the words and numbers of Grafana. */
export class QueryFailure extends Error {
  constructor(
    readonly status: number,
    /** `downstream`: a server behind us; `plugin`: ourselves. Decides whose error rate it is. */
    readonly errorSource: 'plugin' | 'downstream',
    text: string
  ) {
    super(text);
    this.name = 'QueryFailure';
  }
}

export function toFailure(error: unknown): QueryFailure {
  if (error instanceof QueryFailure) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new QueryFailure(
    500,
    'plugin',
    `Plateau failed on this query: ${text.slice(0, 500).replace(/\.$/, '')}. The plugin's log has the place.`
  );
}
