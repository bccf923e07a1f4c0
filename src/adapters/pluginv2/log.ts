/**
 * Logs the way Grafana reads them: one JSON object a line on stderr. go-plugin asserts that `@level`, `@message` and
 * `@timestamp` are strings and brings Grafana down when they are not, and it drops the level of lines above its buffer:
 * so foreign text never reaches stderr raw, and lines stay below 60 KB.
 */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

/** Characters; each may take six bytes as JSON, which stays below the line limit. */
const MESSAGE_LIMIT = 8000;
const FIELD_TEXT_LIMIT = 2000;
const LINE_LIMIT = 60_000;

const clip = (text: string, limit: number): string => (text.length > limit ? `${text.slice(0, limit)} (cut)` : text);

/** RFC 3339 with six decimals, which is what the host's parser wants. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

export function formatLogLine(ms: number, level: LogLevel, message: string, fields: LogFields = {}): string {
  const line = (more: LogFields): string => {
    const head = { '@level': level, '@message': clip(message, MESSAGE_LIMIT), '@timestamp': timestamp(ms) };
    return `${JSON.stringify({ ...head, ...more })}\n`;
  };
  const kept: Record<string, string | number | boolean | null> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (!key.startsWith('@')) kept[key] = typeof value === 'string' ? clip(value, FIELD_TEXT_LIMIT) : value;
  }
  const whole = line(kept);
  return Buffer.byteLength(whole) < LINE_LIMIT ? whole : line({ cut: true });
}

export function createLog(write: (line: string) => void = (line) => void process.stderr.write(line)): Log {
  return (level, message, fields) => write(formatLogLine(Date.now(), level, message, fields));
}

/** Libraries that print must not reach stdout, where the host scans for the handshake, nor stderr as they are. */
export function redirectConsole(log: Log): void {
  const to =
    (level: LogLevel) =>
    (...parts: unknown[]): void =>
      log(level, parts.map((part) => (part instanceof Error ? (part.stack ?? part.message) : String(part))).join(' '));
  Object.assign(globalThis.console, {
    log: to('info'),
    info: to('info'),
    warn: to('warn'),
    error: to('error'),
    debug: to('debug'),
    trace: to('debug'),
  });
}
