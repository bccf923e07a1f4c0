import { PLATEAU_VERSION } from '../../core/version';
import type { Command } from '../command';
import { parseOptions } from '../options';

export const version: Command = {
  name: 'version',
  summary: 'version, runtime, platform',
  usage: 'plateau version',
  async run(args, output) {
    parseOptions('version', args, {}, 0);
    const runtime = process.versions['bun'] ? `Bun ${process.versions['bun']}` : `Node ${process.versions.node}`;
    await output.write(`plateau ${PLATEAU_VERSION}, ${runtime}, ${process.platform}-${process.arch}\n`);
    return 0;
  },
};
