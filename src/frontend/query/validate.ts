/** What can be said about a field without asking anybody. A text with a variable in it is never judged. */

const VARIABLE = /\$\w|\$\{|\[\[/;
const PAIRS: Readonly<Record<string, string>> = { ')': '(', '}': '{', ']': '[' };

/** Brackets and quotes of a PromQL expression; Prometheus itself judges the rest. */
export function checkExpr(expr: string): string | undefined {
  const open: string[] = [];
  let quote = '';
  for (let at = 0; at < expr.length; at++) {
    const char = expr.charAt(at);
    if (quote !== '') {
      if (char === '\\' && quote !== '`') at++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'" || char === '`') quote = char;
    else if (Object.values(PAIRS).includes(char)) open.push(char);
    else if (PAIRS[char] !== undefined && open.pop() !== PAIRS[char]) {
      return `Column ${at + 1}: '${char}' closes nothing.`;
    }
  }
  if (quote !== '') return `A text that begins with ${quote} does not end.`;
  const last = open.pop();
  return last === undefined ? undefined : `'${last}' is not closed.`;
}

/** `end`, `start`, or Unix time in milliseconds; empty where the field has a default. */
export function checkInstant(text: string): string | undefined {
  if (text === '' || text === 'end' || text === 'start' || VARIABLE.test(text)) return undefined;
  if (!/^\d+$/.test(text)) return `'${text}' is not an instant. Use end, start, or Unix time in milliseconds.`;
  return text.length < 12 ? `${text} looks like seconds. Unix time in milliseconds has 13 digits.` : undefined;
}

/** An exact name or /regex/. */
export function checkProcess(text: string): string | undefined {
  if (text.length < 2 || !text.startsWith('/') || VARIABLE.test(text)) return undefined;
  // A lone leading slash is a name: containers and units may be called by a path.
  if (!text.endsWith('/')) return undefined;
  try {
    new RegExp(text.slice(1, -1));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
