/** Label sets of series, and the few PromQL selectors that are made from them. */
export type Labels = Readonly<Record<string, string>>;

export function withoutName(labels: Labels): Labels {
  const { __name__: _name, ...rest } = labels;
  return rest;
}

/** Equal for equal label sets, whatever their order. */
export function labelKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function describeLabels(labels: Labels): string {
  const name = labels.__name__ ?? '';
  const rest = Object.entries(withoutName(labels)).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return rest.length > 0 ? `${name}{${rest.join(', ')}}` : name;
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A label value as PromQL string literal: JSON's escapes are Go's. */
function quote(text: string): string {
  return JSON.stringify(text);
}

/**
 * Selector of `metrics` for all targets of the given series, by job and instance.
 * @returns null when a series has neither: an aggregated one cannot be told apart from others
 */
export function selectorForTargets(metrics: readonly string[], series: readonly Labels[]): string | null {
  const matchers = [metrics.length === 1 ? '' : `__name__=~${quote(metrics.join('|'))}`];
  for (const name of ['job', 'instance']) {
    const values = [...new Set(series.map((labels) => labels[name] ?? ''))];
    if (values.every((value) => value === '')) continue;
    matchers.push(
      values.length === 1 ? `${name}=${quote(values[0]!)}` : `${name}=~${quote(values.map(escapeRegex).join('|'))}`
    );
  }
  if (matchers.length === 1) return null;
  return `${metrics.length === 1 ? metrics[0] : ''}{${matchers.filter((one) => one !== '').join(',')}}`;
}

/** True when `candidate` describes the target of `labels`: what both have is equal, and they share job or instance. */
export function sameTarget(labels: Labels, candidate: Labels): boolean {
  let shared = false;
  for (const [name, value] of Object.entries(candidate)) {
    if (name === '__name__' || labels[name] === undefined) continue;
    if (labels[name] !== value) return false;
    if (name === 'job' || name === 'instance') shared = true;
  }
  return shared;
}
