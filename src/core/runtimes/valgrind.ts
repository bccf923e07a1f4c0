/**
 * Valgrind 3.x: its own heap beside the program that it runs.
 *
 * Source: coregrind/m_aspacemgr/aspacemgr-linux.c (own mappings from 0x1002000000 on, all executable). Sample:
 *   `1002001000-1002c8c000 rwxp 00000000 00:00 0`
 * Cannot tell: memory of the program under test, which valgrind places from 0x4000000 on, from valgrind's low mappings.
 */
import { filePattern } from '../attribution/files';
import { type Claim, claimMapping } from '../attribution/view';
import { isAnonymous } from '../mapping/mapping';
import { type Address, GIB } from '../units';
import type { Signature } from './signature';

const TOOL = filePattern(
  /^(memcheck|massif|callgrind|cachegrind|helgrind|drd|dhat|lackey|none|exp-bbv)-[a-z0-9]+-linux$/
);

const LOWEST: Address = 0x1000000000;
const HIGHEST: Address = LOWEST + 56 * GIB;
const OWN: Claim = {
  region: 'valgrind.own',
  category: 'metadata',
  inaccessible: 'guard',
  confidence: 'likely',
  why: "Valgrind's own memory, at the addresses that it keeps for itself.",
};

export const valgrind: Signature = {
  name: 'valgrind',
  files: [TOOL],
  claim(view, tool) {
    view.mappings.forEach((m, i) => {
      if (m.start >= LOWEST && m.end <= HIGHEST && isAnonymous(m)) claimMapping(view, i, OWN);
    });
    view.runtimes.push({ name: 'valgrind', version: null, evidence: `the tool ${tool.base} is mapped` });
  },
};
