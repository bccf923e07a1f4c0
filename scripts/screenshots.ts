/**
 * Pictures of the bundled dashboards for Grafana's catalog page and the README, from a workbench that runs:
 *   bun scripts/screenshots.ts http://127.0.0.1:9880 daemon now-5m
 * The process should have run for some minutes, with a step or two to show. Writes src/img/*.png and docs/.
 */
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

const ROOT = path.resolve(__dirname, '..');
const IMAGES = path.join(ROOT, 'src/img');
/** Grafana's catalog loads them all at once. */
const LARGEST = 200_000;
const VIEW = { width: 1400, height: 1060 };
const SHOTS = [
  { file: 'process-dark.png', at: '/d/plateau-process', theme: 'dark' },
  { file: 'process-light.png', at: '/d/plateau-process', theme: 'light' },
  { file: 'plateaus-dark.png', at: '/d/plateau-plateaus', theme: 'dark' },
];

async function main(): Promise<void> {
  const [base, process_, from = 'now-3m'] = process.argv.slice(2);
  if (base === undefined || process_ === undefined) {
    throw new Error('Give the address of the workbench and the name of a process.');
  }
  mkdirSync(IMAGES, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env['PLATEAU_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  });
  try {
    for (const { file, at, theme } of SHOTS) {
      const page = await browser.newPage({ viewport: VIEW });
      const search = new URLSearchParams({ 'var-process': process_, theme, from, to: 'now' });
      await page.goto(`${base}${at}?${search}`);
      await page.waitForLoadState('networkidle');
      // Charts draw in the frame after their answer.
      await page.waitForTimeout(1_500);
      const target = path.join(IMAGES, file);
      await page.screenshot({ path: target });
      await page.close();
      const { size } = statSync(target);
      if (size > LARGEST) throw new Error(`${target} has ${size} B; ${LARGEST} at most.`);
      console.log(`${path.relative(ROOT, target)}: ${size} B`);
    }
  } finally {
    await browser.close();
  }
  copyFileSync(path.join(IMAGES, 'process-dark.png'), path.join(ROOT, 'docs/process-dark.png'));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
