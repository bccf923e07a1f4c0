/**
 * MySQL and MariaDB: InnoDB's buffer pool.
 *
 * Source: MariaDB mysys/my_virtual_mem.c (10.11 and later: 8 TiB reserved at once, opened from its start as the pool
 * grows), mysys/my_largepage.c; MySQL storage/innobase/buf/buf0buf.cc (one mapping per instance). Sample, MariaDB 11.8:
 *   `7729b7000000-7729c0000000 rw-p 00000000 00:00 0`      16 MiB of something else, then 128 MiB of pool
 *   `7729c0000000-7f29b8000000 ---p 00000000 00:00 0`
 * Cannot tell: MySQL's pool from any other large request, except by size (5 MiB is the smallest pool, 128 MiB the usual).
 */
import { filePattern } from '../attribution/files';
import { type Claim, type View, claimRange, freeParts } from '../attribution/view';
import { MIB, TIB } from '../units';
import { isRecognised } from './plan';
import { hasFlag } from './shapes';
import type { Signature } from './signature';

const PROGRAM = filePattern(/^(mariadbd|mysqld)$/);
const RESERVED = 8 * TIB;
const POOL: Claim = {
  region: 'mariadb.innodb-buffer-pool',
  category: 'heap',
  confidence: 'certain',
  why: "MariaDB reserves 8 TiB for InnoDB's buffer pool and opens it from its start.",
};
const LARGE: Claim = {
  region: 'mariadb.large-malloc',
  category: 'heap',
  confidence: 'guess',
  why: 'A large block of MariaDB: logs, hash tables and caches that it maps itself.',
};
const BUFFER: Claim = {
  region: 'mysql.innodb-buffer',
  category: 'heap',
  confidence: 'guess',
  why: "A large block of MySQL: as a rule InnoDB's buffer pool.",
};

/** Before runtimes that reserve terabytes for a heap: the program's name decides. */
export const mariadbPool: Signature = {
  name: 'mariadb-pool',
  files: [PROGRAM],
  claim(view: View) {
    for (const i of view.inaccessible) {
      const m = view.mappings[i]!;
      if (m.end - m.start < RESERVED / 2 || m.end - m.start > RESERVED) continue;
      claimRange(view, m.end - RESERVED, m.end, POOL);
      view.runtimes.push({ name: 'mariadb', version: null, evidence: '8 TiB reserved for its buffer pool' });
      return;
    }
  },
};

/** Memory that the kernel does not reserve is an allocator's, which was put in malloc's place: neither server maps such memory. */
function claimLarge(view: View, atLeast: number, claim: Claim): void {
  view.writable.forEach((i) => {
    if (hasFlag(view, i, 'nr')) return;
    for (const part of freeParts(view, i)) {
      if (part.end - part.start >= atLeast) claimRange(view, part.start, part.end, claim);
    }
  });
}

export const mysql: Signature = {
  name: 'mysql',
  files: [PROGRAM],
  claim(view, program) {
    const known = isRecognised(view, 'mariadb');
    const mariadb = known || program.base === 'mariadbd';
    if (mariadb) claimLarge(view, 16 * MIB, LARGE);
    else claimLarge(view, 64 * MIB, BUFFER);
    if (known) return;
    view.runtimes.push({
      name: mariadb ? 'mariadb' : 'mysql',
      version: null,
      evidence: `the program is ${program.base}`,
    });
  },
};
