/**
 * exe.txt → what is known of the program file. Lines `name<tab>value`, then the output of `go version -m` if it is Go:
 *   `exe	/srv/daemon`, `build-id	a5246c...`, `go-version-m:`, `/srv/daemon: go1.26.8`
 * A development build says `devel go1.27-3f2a...`: the first thing that looks like a version is taken.
 */
import { linesOf } from './lines';

export interface ExeFile {
  readonly exe: string | null;
  /** `1.26.8`; null when there is no Go build information. */
  readonly goVersion: string | null;
}

export function parseExe(text: string): ExeFile {
  let exe: string | null = null;
  let goVersion: string | null = null;
  for (const line of linesOf(text)) {
    if (line.text.startsWith('exe\t')) exe = line.text.slice(4) || null;
    else if (!line.text.startsWith('\t')) goVersion ??= / (?:\S+ )?go(\d+\.\d+\S*)/.exec(line.text)?.[1] ?? null;
  }
  return { exe, goVersion };
}
