/**
 * Dashboard variables in a query. PromQL takes several values as a regular expression inside a matcher; the process
 * field takes them as /regex/. Both follow what users know from the Prometheus data source.
 */
import type { ScopedVars } from '@grafana/data';
import type { PlateauDataQuery } from './types';

/** What the interpolation needs of Grafana's template service. */
export type Replace = (
  target: string,
  scopedVars: ScopedVars,
  format?: (value: unknown, variable: VariableOptions) => string
) => string;

interface VariableOptions {
  readonly multi?: boolean;
  readonly includeAll?: boolean;
}

const escapeQuotes = (value: string) => value.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/"/g, '\\"');
const escapeRegex = (value: string) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [String(value)]);

/** The value of a variable inside a PromQL string: text for a single-value variable, a regular expression otherwise. */
export function formatForPromQL(value: unknown, variable: VariableOptions): string {
  if (!variable.multi && !variable.includeAll) return escapeQuotes(strings(value).join(','));
  // The backslashes of the expression stand inside a PromQL string, which takes one level of them away.
  const escaped = strings(value).map((one) => escapeQuotes(escapeRegex(one)));
  return escaped.length === 1 ? (escaped[0] ?? '') : `(${escaped.join('|')})`;
}

/** The process field: one value stays exact, several become /^(a|b)$/ unless the user wrote a regular expression. */
export function interpolateProcess(process: string, scopedVars: ScopedVars, replace: Replace): string {
  const isRegex = process.length > 1 && process.startsWith('/') && process.endsWith('/');
  let several = false;
  const text = replace(process, scopedVars, (value) => {
    const values = strings(value);
    if (values.length === 1 && !isRegex) return values[0] ?? '';
    several ||= values.length > 1;
    return values.length === 1 ? escapeRegex(values[0] ?? '') : `(${values.map(escapeRegex).join('|')})`;
  });
  return several && !isRegex ? `/^${text}$/` : text;
}

/** All fields that may hold variables. Empty fields stay as they are: the backend knows their defaults. */
export function interpolateQuery(query: PlateauDataQuery, scopedVars: ScopedVars, replace: Replace): PlateauDataQuery {
  const plain = (text: string | undefined) => (text ? replace(text, scopedVars) : text);
  return {
    ...query,
    expr: query.expr ? replace(query.expr, scopedVars, formatForPromQL) : query.expr,
    process: query.process ? interpolateProcess(query.process, scopedVars, replace) : query.process,
    at: plain(query.at),
    from: plain(query.from),
    to: plain(query.to),
  };
}
