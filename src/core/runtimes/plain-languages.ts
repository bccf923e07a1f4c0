/**
 * Language runtimes that keep their memory in malloc and map nothing of their own: they are named, and claim nothing. What their
 * memory is for is told by libc's signatures.
 *
 * Source: the names under which distributions install them. Sample: `/usr/bin/perl`, `/usr/lib/R/lib/libR.so`.
 * Cannot tell the version where the file name does not carry it.
 */
import { findFile } from '../attribution/files';
import type { Signature } from './signature';

const NAMES: ReadonlyArray<readonly [string, RegExp]> = [
  ['perl', /^(perl[\d.]*|libperl\.so[\d.]*)$/],
  ['r', /^(R|libR\.so)$/],
  ['guile', /^(guile(-[\d.]+)?|libguile-[\d.]+\.so[\d.]*)$/],
  ['mono', /^(mono(-sgen)?|libmonosgen-[\d.]+\.so[\d.]*)$/],
  ['tcl', /^(tclsh[\d.]*|libtcl[\d.]*\.so[\d.]*)$/],
  ['lua', /^(lua[\d.]*|liblua[\d.]*\.so[\d.]*)$/],
  ['julia', /^(julia|libjulia\.so[\d.]*)$/],
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
