/** Which file a command name means, as a shell would find it. */
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

export type Found =
  | { readonly kind: 'ok'; readonly file: string }
  | { readonly kind: 'missing' | 'directory' | 'not-executable'; readonly file: string };

/** @param search the PATH variable; an empty part means the current directory */
export function findExecutable(name: string, search: string | undefined): Found {
  if (name.includes('/')) return judge(name);
  let best: Found = { kind: 'missing', file: name };
  for (const directory of (search ?? '/usr/local/bin:/usr/bin:/bin').split(':')) {
    const found = judge(path.join(directory || '.', name));
    if (found.kind === 'ok') return found;
    if (found.kind === 'not-executable' && best.kind === 'missing') best = found;
  }
  return best;
}

function judge(file: string): Found {
  try {
    if (statSync(file).isDirectory()) return { kind: 'directory', file };
  } catch {
    // Not there, or in a directory that we may not search: no shell would find it either.
    return { kind: 'missing', file };
  }
  try {
    accessSync(file, constants.X_OK);
    return { kind: 'ok', file };
  } catch {
    return { kind: 'not-executable', file };
  }
}
