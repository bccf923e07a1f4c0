/** What the command line and the library paths say of a HotSpot process. Every part may be missing. */
import type { View } from '../../attribution/view';
import { type Bytes, GIB, KIB, MIB, TIB } from '../../units';

const UNITS: Readonly<Record<string, Bytes>> = { '': 1, k: KIB, m: MIB, g: GIB, t: TIB };

/** `-Xss512k` and `-XX:ThreadStackSize=512`: the latter counts in KiB when it has no unit. */
export function sizeOption(view: View, pattern: RegExp, bare: Bytes = 1): Bytes | null {
  let found: Bytes | null = null;
  for (const argument of view.snapshot.cmdline ?? []) {
    const match = pattern.exec(argument);
    // The last one wins, as in HotSpot itself.
    if (match) found = Number(match[1]) * (match[2] ? UNITS[match[2].toLowerCase()]! : bare);
  }
  return found;
}

/** Feature release from the path of the library: `.../java-17-openjdk-amd64/lib/server/libjvm.so` → 17. */
export function releaseOf(path: string): number | null {
  // Before JDK 9 the library lay in a folder of the architecture, and a JRE of its own.
  if (/\/jre\/lib\/|\/lib\/(amd64|aarch64|i386|ppc64le|s390x)\//.test(path)) {
    const old = /1\.([5-8])\b/.exec(path);
    return old ? Number(old[1]) : 8;
  }
  const match =
    /(?:jdk|jre|java|openjdk|zulu|temurin|corretto|graalvm|semeru|sapmachine|liberica|dragonwell)[-_a-z]*(\d+)/i.exec(
      path
    );
  const number = match ? Number(match[1]) : NaN;
  return number >= 6 && number < 100 ? number : null;
}
