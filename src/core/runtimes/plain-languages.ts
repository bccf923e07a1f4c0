/**
 * Language runtimes that are named and claim nothing here: most keep their memory in malloc, which libc's signatures tell; what the
 * others map themselves is told by `mapped-heaps.ts`.
 *
 * Source: the names under which distributions install them. Sample: `/usr/bin/perl`, `/usr/lib/R/lib/libR.so`.
 * Cannot tell the version where no name carries it.
 */
import { type FilePattern, filePattern, findFile, isMatch } from '../attribution/files';
import type { View } from '../attribution/view';
import type { Signature } from './signature';

const NAMES: ReadonlyArray<readonly [string, FilePattern]> = [
  ['perl', filePattern(/^(perl[\d.]*|libperl\.so[\d.]*)$/)],
  ['r', filePattern(/^(R|libR\.so)$/)],
  ['guile', filePattern(/^(guile(-[\d.]+)?|libguile-[\d.]+\.so[\d.]*)$/)],
  ['tcl', filePattern(/^(tclsh[\d.]*|libtcl[\d.]*\.so[\d.]*)$/)],
  ['lua', filePattern(/^(lua[\d.]*|liblua[\d.]*\.so[\d.]*)$/)],
  ['julia', filePattern(/^(julia|libjulia\.so[\d.]*)$/)],
  ['pypy', filePattern(/^(pypy[\d.]*(-c)?|libpypy[\d.]*-c\.so)$/)],
  ['racket', filePattern(/^g?racket(-[\d.]+)?$/)],
  ['chez', filePattern(/^(petite|chez(-?scheme)?)[\d.]*$/)],
  ['swi-prolog', filePattern(/^(swipl|libswipl\.so[\d.]*)$/)],
  ['octave', filePattern(/^(octave(-cli|-gui)?(-[\d.]+)?|liboctinterp\.so[\d.]*)$/)],
  ['ecl', filePattern(/^libecl\.so[\d.]*$/)],
  ['raku', filePattern(/^libmoar\.so[\d.]*$/)],
];

const NUMBER = /\d+\.\d+(\.\d+)?/;
/** `/usr/lib/guile/3.0/bin/guile` */
const IN_FOLDER = /\/(\d+\.\d+(?:\.\d+)?)\//;

export const plainLanguages: Signature = {
  name: 'plain-languages',
  files: NAMES.map(([, pattern]) => pattern),
  claim(view: View) {
    for (const [name, pattern] of NAMES) {
      const file = findFile(view.files, pattern);
      if (file) view.runtimes.push({ name, version: versionOf(view, pattern), evidence: `maps ${file.name}` });
    }
  },
};

/** Of a program and its library one often carries the version in its name, or lies in a folder that does. */
function versionOf(view: View, pattern: FilePattern): string | null {
  for (const file of view.files.values()) {
    if (!isMatch(file, pattern)) continue;
    const version = NUMBER.exec(file.base);
    if (version) return version[0];
  }
  const folder = findFile(view.files, pattern)!.name.match(IN_FOLDER);
  return folder?.[1] ?? null;
}
