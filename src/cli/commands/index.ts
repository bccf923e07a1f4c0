/** All commands, in the order of the help. A new one is a file that exports a `Command`, and a line here. */
import type { Command } from '../command';
import { collect } from './collect';
import { diff } from './diff';
import { explain } from './explain';
import { limits } from './limits';
import { massif } from './massif';
import { plateaus } from './plateaus';
import { record } from './record';
import { version } from './version';

export const COMMANDS: readonly Command[] = [explain, diff, record, plateaus, limits, massif, collect, version];
