/** Grafana's annotations as far as a data source writes them; kept in memory, for they are only tried here. */
export interface Annotation {
  readonly id: number;
  readonly time: number;
  readonly timeEnd: number;
  readonly text: string;
  readonly tags: readonly string[];
}

export interface AnnotationKeeper {
  /** Null when the body is no annotation. */
  add(body: unknown): Annotation | null;
  /** Those that have all tags. */
  find(tags: readonly string[]): readonly Annotation[];
}

export function keepAnnotations(): AnnotationKeeper {
  const kept: Annotation[] = [];
  return {
    add(body) {
      const { time, timeEnd = time, text, tags = [] } = (body ?? {}) as Partial<Annotation>;
      if (typeof text !== 'string' || text === '' || !Number.isFinite(time) || !Array.isArray(tags)) return null;
      const annotation = { id: kept.length + 1, time: Number(time), timeEnd: Number(timeEnd), text, tags };
      kept.push(annotation);
      return annotation;
    },
    find: (tags) => kept.filter((one) => tags.every((tag) => one.tags.includes(tag))),
  };
}
