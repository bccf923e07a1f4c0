/** Query parameters → values, or a problem that names the parameter. */
import { Problem } from './message';

export interface Parameters {
  /** Unix ms, or an RFC 3339 time. */
  time(name: string, fallback: number): number;
  integer(name: string, fallback: number, least: number, most: number): number;
  text(name: string): string | undefined;
  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T;
}

/** @throws Problem 400, here for a parameter that is unknown or given twice, later for a bad value */
export function parameters(query: URLSearchParams, known: readonly string[]): Parameters {
  const bad = (detail: string, remedy: string): Problem => new Problem(400, 'Bad parameter', detail, remedy);
  for (const name of query.keys()) {
    if (!known.includes(name)) {
      throw bad(
        `The parameter '${name}' is not known here.`,
        known.length > 0 ? `Known are ${known.join(', ')}.` : 'Leave it out.'
      );
    }
    if (query.getAll(name).length > 1) throw bad(`The parameter '${name}' is given twice.`, 'Give it once.');
  }
  const text = (name: string): string | undefined => query.get(name) || undefined;
  return {
    text,
    time(name, fallback) {
      const value = text(name);
      if (value === undefined) return fallback;
      const ms = /^-?\d{1,16}(\.\d+)?$/.test(value)
        ? Math.round(Number(value))
        : /^\d{4}-\d\d-\d\dT/.test(value)
          ? Date.parse(value)
          : NaN;
      if (Number.isSafeInteger(ms)) return ms;
      throw bad(`${name}='${value}' is not a time.`, 'Give Unix milliseconds, or a time such as 2026-01-31T12:00:00Z.');
    },
    integer(name, fallback, least, most) {
      const value = text(name);
      if (value === undefined) return fallback;
      const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
      if (number >= least && number <= most) return number;
      throw bad(
        `${name}='${value}' is not a number from ${least} to ${most}.`,
        `Give a number from ${least} to ${most}.`
      );
    },
    choice(name, choices, fallback) {
      const value = text(name);
      if (value === undefined) return fallback;
      const choice = choices.find((candidate) => candidate === value);
      if (choice !== undefined) return choice;
      throw bad(`${name}='${value}' is not known.`, `Known are ${choices.join(', ')}.`);
    },
  };
}
