/**
 * Language runtimes that keep their memory in malloc and map nothing of their own: they are named, and claim nothing. What their
 * memory is for is told by libc's signatures.
 *
 * Source: the names under which distributions install them. Sample: `/usr/bin/perl`, `/usr/lib/R/lib/libR.so`.
 * Cannot tell the version where the file name does not carry it.
 */
import { type FilePattern, filePattern, findFile } from '../attribution/files';
import type { Signature } from './signature';

const NAMES: ReadonlyArray<readonly [string, FilePattern]> = [
  ['perl', filePattern(/^(perl[\d.]*|libperl\.so[\d.]*)$/)],
  ['r', filePattern(/^(R|libR\.so)$/)],
  ['guile', filePattern(/^(guile(-[\d.]+)?|libguile-[\d.]+\.so[\d.]*)$/)],
  ['mono', filePattern(/^(mono(-sgen)?|libmonosgen-[\d.]+\.so[\d.]*)$/)],
  ['tcl', filePattern(/^(tclsh[\d.]*|libtcl[\d.]*\.so[\d.]*)$/)],
  ['lua', filePattern(/^(lua[\d.]*|liblua[\d.]*\.so[\d.]*)$/)],
  ['julia', filePattern(/^(julia|libjulia\.so[\d.]*)$/)],
];

export const plainLanguages: Signature = {
  name: 'plain-languages',
  claim(view) {
    for (const [name, pattern] of NAMES) {
      const file = findFile(view.files, pattern);
      if (!file) continue;
      const version = /(\d+\.\d+(?:\.\d+)?)/.exec(file.base)?.[1] ?? null;
      view.runtimes.push({ name, version, evidence: `maps ${file.name}` });
    }
  },
};
