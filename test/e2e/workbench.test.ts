/**
 * The product end to end: `npm start` with the collector of this host and the compiled backend, and its page in a real
 * browser that explains a process with a known step.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CATEGORIES } from '../../src/core/attribution/categories';
import { MIB } from '../../src/core/units';
import { type JsonFrame, type QueryAnswer, type WatchedPage, launchChromium, noChromium, openPage } from './browser';
import { ROOT, type Started, start } from './started';

const ARTIFACTS = path.join(ROOT, 'test/artifacts');
const STEP_MIB = 256;
/** Process names are cut at 15 bytes by the kernel. */
const WORKLOAD = `step${process.pid}`.slice(0, 15);

const data = mkdtempSync(path.join(tmpdir(), 'plateau-e2e-'));
let started: Started;
let url: string;
let workload: ChildProcess;
let browser: Browser;
let watched: WatchedPage;

function nextLevel(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.stdout!.once('data', () => resolve()));
}

/** Waits for what the collector says, not for a time: it looks once a second. */
async function until(what: string, seen: () => Promise<boolean> | boolean): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await seen()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Not within a minute: ${what}.`);
}

/** Frames of attribution in the answers that the page got: one number field per category, and virtual. */
function attributionOf(answers: readonly QueryAnswer[], process: string): JsonFrame[] {
  return answers
    .flatMap(({ results }) => Object.values(results).flatMap(({ frames }) => frames))
    .filter(({ schema: { fields } }) => {
      const named = (name: string) => fields.find((field) => field.name === name);
      return named('virtual') && named('heap')?.labels?.['process'] === process;
    });
}

const column = ({ schema, data: { values } }: JsonFrame, name: string): readonly number[] =>
  values[schema.fields.findIndex((field) => field.name === name)] as readonly number[];

const processUrl = (theme: string): string => `${url}d/plateau-process?var-process=${WORKLOAD}&theme=${theme}`;

const chart = (page: Page) => page.locator('.u-over').first();

describe.skipIf(noChromium)('the workbench in Chromium', () => {
  beforeAll(async () => {
    mkdirSync(ARTIFACTS, { recursive: true });
    const program = path.join(ROOT, 'test/programs/step.mjs');
    workload = spawn(process.execPath, [program, WORKLOAD, String(STEP_MIB)], { stdio: ['pipe', 'pipe', 'inherit'] });
    await nextLevel(workload);
    started = start(['--port', '0', '--collector-port', '0', '--data', path.join(data, 'layouts.sqlite')]);
    const metrics = (await started.printed(/(http:\/\/\S+\/metrics)/))[1]!;
    url = (await started.printed(/Open (http:\/\/127\.0\.0\.1:\d+\/)/))[1]!;
    const vsz = async (): Promise<number> => {
      const text = await (await fetch(metrics)).text();
      const line = text
        .split('\n')
        .find((row) => row.includes('virtual_memory_bytes{') && row.includes(`"${WORKLOAD}"`));
      return Number(line?.split('} ')[1]?.split(' ')[0] ?? 0);
    };
    await until(`${WORKLOAD} in the collector's metrics`, async () => (await vsz()) > 0);
    const low = await vsz();
    // A level that the grid of a panel can show: several looks of the collector.
    await new Promise((done) => setTimeout(done, 4000));
    workload.stdin!.write('\n');
    await nextLevel(workload);
    await until('the step in the metrics', async () => (await vsz()) >= low + STEP_MIB * MIB);
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    workload?.stdin?.end();
    started?.child.kill('SIGTERM');
    await started?.closed;
    rmSync(data, { recursive: true, force: true });
  });

  beforeEach(async () => {
    watched = await openPage(browser);
  });
  afterEach(async () => {
    await watched.page.close();
  });

  test('npm start explains one process of this host and prints the address of the page', () => {
    const text = started.output();
    expect(text).toMatch(/5\/5 workbench http:\/\/127\.0\.0\.1:\d+\/ \(\d+\.\d s\)/);
    expect(text).toMatch(/\n {2}sum +[\d,]+ +\S+ \S+ +100 %/);
    expect(text, 'no colour where nobody looks').not.toContain('\x1b');
  });

  test('the stack of a process holds every category, and each sample sums to its virtual size', async () => {
    const { page, problems, answers } = watched;
    await page.goto(processUrl('dark'));
    await chart(page).waitFor();
    // A narrow panel asks for few samples, and answers come in any order: the stack itself has the step.
    const rise = (frame: JsonFrame): number => {
      const known = column(frame, 'virtual').filter((total) => total !== null);
      return Math.max(...known) - Math.min(...known);
    };
    const stack = (): JsonFrame | undefined =>
      attributionOf(answers, WORKLOAD).find((frame) => rise(frame) >= STEP_MIB * MIB);
    await until('the stack of the process with its step', () => stack() !== undefined);
    const frame = stack()!;
    expect(frame.schema.fields.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['time', ...CATEGORIES, 'virtual'])
    );
    const virtual = column(frame, 'virtual');
    const parts = CATEGORIES.map((category) => column(frame, category));
    let samples = 0;
    virtual.forEach((total, row) => {
      if (total === null) return;
      samples++;
      expect(parts.reduce((sum, part) => sum + part[row]!, 0)).toBe(total);
    });
    expect(samples).toBeGreaterThan(0);
    await expect.poll(() => page.getByText('heap', { exact: true }).count()).toBeGreaterThan(0);
    expect(problems).toEqual([]);
  });

  test('the variable lists the process, and choosing it asks for it', async () => {
    const { page, problems, answers } = watched;
    await page.goto(url);
    await chart(page).waitFor();
    const variable = page.getByRole('combobox').nth(1);
    await variable.click();
    await variable.fill(WORKLOAD);
    await page.getByRole('option', { name: WORKLOAD, exact: true }).click();
    await until('an answer for it', () => attributionOf(answers, WORKLOAD).length > 0);
    expect(page.url()).toContain(`var-process=${WORKLOAD}`);
    expect(problems).toEqual([]);
  });

  test.each(['dark', 'light'])('every bundled dashboard is drawn in the %s theme', async (theme) => {
    const { page, problems } = watched;
    await page.goto(processUrl(theme));
    const links = page.getByRole('navigation', { name: 'Dashboards' }).getByRole('link');
    await links.first().waitFor();
    const names = await links.allTextContents();
    expect(new Set(names).size).toBeGreaterThanOrEqual(3);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = /\d+/.exec(background);
    expect(Number(light![0]) > 128, `body is ${background}`).toBe(theme === 'light');
    for (const name of new Set(names)) {
      await links.filter({ hasText: name }).first().click();
      await chart(page).waitFor();
      await expect.poll(() => page.getByLabel('Panel loading bar').count()).toBe(0);
      if (name.endsWith('Plateaus')) await page.getByTestId('annotation-marker').first().waitFor();
      await page.screenshot({ path: path.join(ARTIFACTS, `${name.replace(/\W+/g, '-').toLowerCase()}-${theme}.png`) });
      expect(await page.getByText('The workbench has no').count(), `unknown panels on ${name}`).toBe(0);
    }
    expect(problems).toEqual([]);
  });

  test('a plateau tells its level and cause at its marker', async () => {
    const { page, problems } = watched;
    await page.goto(`${url}d/plateau-plateaus?var-process=${WORKLOAD}`);
    await page.getByTestId('annotation-marker').first().hover();
    await page.getByText(/^Plateau, /).waitFor();
    expect(problems).toEqual([]);
  });

  test('one click keeps a plateau as an incident', async () => {
    const { page, problems } = watched;
    await page.goto(`${url}d/plateau-plateaus?var-process=${WORKLOAD}`);
    await page.getByText('Keep as incident').first().click();
    const kept = (): Promise<Array<{ text: string; tags: string[]; time: number; timeEnd: number }>> =>
      page.evaluate(async () => (await fetch('/api/annotations?tags=incident&tags=plateau')).json());
    await expect.poll(async () => (await kept()).length).toBe(1);
    const [incident] = await kept();
    expect(incident!.text).toMatch(/^Plateau, [\d.]+ [KMG]iB: /);
    expect(incident!.tags).toContain(WORKLOAD);
    expect(incident!.timeEnd).toBeGreaterThanOrEqual(incident!.time);
    expect(problems).toEqual([]);
  });

  test('the theme can be switched while a dashboard is shown', async () => {
    const { page, problems } = watched;
    await page.goto(processUrl('dark'));
    await chart(page).waitFor();
    await page.getByRole('button', { name: 'Light theme' }).click();
    await page.getByRole('button', { name: 'Dark theme' }).waitFor();
    await chart(page).waitFor();
    expect(page.url()).toContain(`var-process=${WORKLOAD}`);
    expect(problems).toEqual([]);
  });

  test('Save & test says what it reached, and why not when the collector is elsewhere', async () => {
    const { page, problems } = watched;
    await page.goto(`${url}connections/datasources/edit`);
    const field = page.getByLabel('Collector URL', { exact: true });
    await field.waitFor();
    const right = await field.inputValue();
    expect(right).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await page.getByRole('button', { name: 'Save & test' }).click();
    const verdict = page.getByTestId('health');
    await verdict.waitFor();
    expect((await verdict.getAttribute('aria-label')) ?? (await verdict.textContent())).toMatch(/collector/i);
    await page.screenshot({ path: path.join(ARTIFACTS, 'settings-dark.png') });
    expect(problems).toEqual([]);

    await field.fill('http://127.0.0.1:1');
    await page.getByRole('button', { name: 'Save & test' }).click();
    await expect.poll(() => verdict.textContent()).toContain('127.0.0.1:1');
    await field.fill(right);
    await page.getByRole('button', { name: 'Save & test' }).click();
    await expect.poll(() => verdict.textContent()).not.toContain('127.0.0.1:1.');
    // The failed check is meant to be a 400; nothing else may have gone wrong.
    expect(problems.filter((problem) => !problem.includes('/health') && !problem.includes('status of 400'))).toEqual(
      []
    );
  });

  test('Explore runs the query of the editor', async () => {
    const { page, problems, answers } = watched;
    await page.goto(`${url}explore`);
    await page.getByRole('button', { name: 'Run query' }).click();
    await until('an answer', () => answers.length > 0);
    await chart(page).waitFor();
    await page.screenshot({ path: path.join(ARTIFACTS, 'explore-dark.png') });
    expect(problems).toEqual([]);
  });

  test('the main controls can be reached by the keyboard and have names', async () => {
    const { page } = watched;
    await page.goto(processUrl('dark'));
    await chart(page).waitFor();
    const reached: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      reached.push(
        await page.evaluate(() => {
          const { activeElement: element } = document;
          const label = element?.id ? document.querySelector(`label[for="${element.id}"]`)?.textContent : '';
          return `${element?.getAttribute('aria-label') ?? ''} ${label ?? ''} ${element?.textContent ?? ''}`.trim();
        })
      );
    }
    for (const control of [
      /Dashboards/,
      /Explore/,
      /Data source/,
      /Light theme/,
      /Plateau \/ Process/,
      /Time range/i,
      /Refresh/i,
    ]) {
      expect(
        reached.some((name) => control.test(name)),
        `${control} among ${reached.join(' | ')}`
      ).toBe(true);
    }
    const unnamed = await page.evaluate(() =>
      [...document.querySelectorAll('header button, header a, nav button, nav a')]
        .filter(
          (element) =>
            !element.textContent?.trim() && !element.getAttribute('aria-label') && !element.getAttribute('title')
        )
        .map((element) => element.outerHTML.slice(0, 120))
    );
    expect(unnamed).toEqual([]);
  });

  test('a backend that dies is started again', async () => {
    const pid = Number(/backend .*, pid (\d+)/.exec(started.output())![1]);
    process.kill(pid, 'SIGKILL');
    await started.printed(/The backend runs again/);
    const { page, problems } = watched;
    await page.goto(processUrl('dark'));
    await chart(page).waitFor();
    expect(problems).toEqual([]);
  });
});
