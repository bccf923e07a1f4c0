/**
 * Logs the way Grafana reads them: one JSON object a line on stderr. go-plugin asserts that `@level`, `@message` and
 * `@timestamp` are strings and brings Grafana down when they are not, and it drops the level of lines above its buffer:
 * so foreign text never reaches stderr raw, and lines stay below 60 KB.
 */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

const TEXT_LIMIT = 8000;
const FIELD_LIMIT = 20;

const clip = (text: string): string => (text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT)} (cut)` : text);

/** RFC 3339 with six decimals, which is what the host's parser wants. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

export function formatLogLine(ms: number, level: LogLevel, message: string, fields: LogFields = {}): string {
  const line: Record<string, string | number | boolean | null> = {
    '@level': level,
    '@message': clip(message),
    '@timestamp': timestamp(ms),
  };
  for (const [key, value] of Object.entries(fields).slice(0, FIELD_LIMIT)) {
    if (key.startsWith('@')) continue;
    line[key.slice(0, 100)] = typeof value === 'string' ? value.slice(0, 2000) : value;
  }
  return `${JSON.stringify(line)}\n`;
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
