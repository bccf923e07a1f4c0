/**
 * `npm run story`: runs the commands that stand in docs/story.md and pastes what they print. A command stands in a comment
 * before its block: `<!-- run: plateau explain DIR -->`. Output is cut to the first `lines=N` lines where the comment says so.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..');
const STORY = path.join(ROOT, 'docs/story.md');
const BLOCK = /<!-- run: (.*?)(?: lines=(\d+))? -->\n```text\n[^]*?```/g;

/** @returns the page with fresh output in every block */
export function retell(page: string): string {
  return page.replace(BLOCK, (_, command: string, lines: string | undefined) => {
    const output = run(command);
    const shown = lines ? output.split('\n').slice(0, Number(lines)).join('\n') : output;
    return `<!-- run: ${command}${lines ? ` lines=${lines}` : ''} -->\n\`\`\`text\n$ ${command}\n${shown.trimEnd()}\n\`\`\``;
  });
}

/** What must not change: words and their order. Numbers, sizes, times and the drawn cells may. */
export function shapeOf(page: string): string {
  return page
    .replace(/[·░▒▓█HTCDFSMKG?]{4,}/g, '<bar>')
    .replace(/\d[\d,.]*(?: ?(?:[KMGT]iB|[KMGT]?B|us|ms|min|s|%)\b)?/g, '<n>')
    .replace(/[ \n]+/g, ' ');
}

function run(command: string): string {
  const [name, ...args] = command.split(' ');
  if (name !== 'plateau') throw new Error(`docs/story.md: '${command}' is not a plateau command`);
  const done = spawnSync(path.join(ROOT, 'node_modules/.bin/bun'), [path.join(ROOT, 'src/cli/main.ts'), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '100', NO_COLOR: '1', LC_ALL: 'C.UTF-8', TZ: 'UTC' },
  });
  if (done.error) throw done.error;
  return `${done.stdout}${done.stderr}`;
}

if (process.argv[1] && path.resolve(process.argv[1]) === path.join(ROOT, 'scripts/story.ts')) {
  writeFileSync(STORY, retell(readFileSync(STORY, 'utf8')));
}
