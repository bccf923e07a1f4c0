/**
 * PHP: the chunks of the Zend memory manager. (Opcache's shared memory and JIT buffer are told by their file.)
 *
 * Source: Zend/zend_alloc.c (ZEND_MM_CHUNK_SIZE = 2 MiB, aligned; huge blocks in multiples of 2 MiB with the same alignment), PHP 7.0
 * to 8.4. Sample: `7f2a93fff000-7f2a94200000 rw-p 00000000 00:00 0`, of which the upper 2 MiB are the chunk.
 * Cannot tell: a chunk from a malloc chunk that happens to cover an aligned 2 MiB; in a PHP process that is rare.
 */
import { filePattern, findFile } from '../attribution/files';
import { type Claim, claimRange, freeParts } from '../attribution/view';
import { MIB } from '../units';
import { alignDown, alignUp, isPlainWritable } from './shapes';
import type { Signature } from './signature';

const FILE = filePattern(/^(php(-fpm|-cgi)?\d*(\.\d+)?|libphp[\d.]*\.so|mod_php[\d.]*\.so)$/);

const CHUNK = 2 * MIB;

const ZEND: Claim = {
  region: 'php.zend-mm-chunk',
  category: 'heap',
  confidence: 'likely',
  why: 'Aligned to 2 MiB in a PHP process: a chunk of the Zend memory manager.',
};

export const php: Signature = {
  name: 'php',
  claim(view) {
    const file = findFile(view.files, FILE);
    if (!file) return;
    view.runtimes.push({
      name: 'php',
      version: /(\d+\.\d+)/.exec(file.base)?.[1] ?? null,
      evidence: `maps ${file.name}`,
    });
    view.mappings.forEach((m, i) => {
      if (!isPlainWritable(m) || m.name !== '') return;
      for (const part of freeParts(view, i)) {
        const start = alignUp(part.start, CHUNK);
        const end = alignDown(part.end, CHUNK);
        // A chunk is mapped at its exact size, so it ends where the mapping ends or begins where it begins.
        if (end > start && (end === part.end || start === part.start)) claimRange(view, start, end, ZEND);
      }
    });
  },
};
