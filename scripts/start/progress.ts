/** Numbered steps with their times. On a terminal a step is announced and then overwritten; elsewhere it is one line. */
const NAME_WIDTH = 9;

export interface Progress {
  /** Runs one step; `work` returns what is worth saying about it. A failure is shown as failed and passed on. */
  step(name: string, work: (detail: (text: string) => void) => Promise<string>): Promise<void>;
}

export function createProgress(output: NodeJS.WriteStream, total: number): Progress {
  const terminal = output.isTTY === true && !process.env['CI'];
  let number = 0;
  return {
    async step(name, work) {
      const head = `${++number}/${total} ${name.padEnd(NAME_WIDTH)}`;
      const began = performance.now();
      const show = (text: string): void => {
        const line = `${head} ${text} ...`;
        output.write(terminal ? `\r\x1b[2K${line.slice(0, (output.columns || 80) - 1)}` : `${line}\n`);
      };
      const finish = (text: string): void => {
        const seconds = ((performance.now() - began) / 1000).toFixed(1);
        output.write(`${terminal ? '\r\x1b[2K' : ''}${head} ${text} (${seconds} s)\n`);
      };
      try {
        finish(await work(show));
      } catch (error) {
        finish('failed');
        throw error;
      }
    },
  };
}
