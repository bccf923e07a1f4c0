/** The plugin's own metrics; Grafana serves them under /metrics/plugins/<id>. */
export interface Counters {
  countQuery(queryType: string, ok: boolean, ms: number): void;
  /** Prometheus text. */
  text(): string;
}

export function createCounters(memory: () => { readonly rss: number } = () => process.memoryUsage()): Counters {
  const byType = new Map<string, { count: number; failed: number; seconds: number }>();
  return {
    countQuery(queryType, ok, ms) {
      let entry = byType.get(queryType);
      if (!entry) byType.set(queryType, (entry = { count: 0, failed: 0, seconds: 0 }));
      entry.count++;
      if (!ok) entry.failed++;
      entry.seconds += ms / 1000;
    },
    text() {
      const lines: string[] = [];
      const metric = (
        name: string,
        help: string,
        type: string,
        value: (entry: { count: number; failed: number; seconds: number }) => number
      ): void => {
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
        for (const [queryType, entry] of byType) lines.push(`${name}{query_type="${queryType}"} ${value(entry)}`);
      };
      metric('plateau_backend_queries_total', 'Queries answered, errors included.', 'counter', (entry) => entry.count);
      metric(
        'plateau_backend_query_errors_total',
        'Queries answered with an error.',
        'counter',
        (entry) => entry.failed
      );
      metric('plateau_backend_query_seconds_total', 'Time spent on queries.', 'counter', (entry) => entry.seconds);
      lines.push(
        '# HELP plateau_backend_resident_memory_bytes Resident memory of the backend.',
        '# TYPE plateau_backend_resident_memory_bytes gauge',
        `plateau_backend_resident_memory_bytes ${memory().rss}`
      );
      return `${lines.join('\n')}\n`;
    },
  };
}
