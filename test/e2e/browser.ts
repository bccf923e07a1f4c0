/** A real Chromium with nothing of the user's, and a page that keeps what went wrong in it. */
import { existsSync } from 'node:fs';
import { type Browser, type Page, chromium } from 'playwright-core';

const EXECUTABLE = process.env['PLATEAU_CHROMIUM'] ?? '/usr/bin/chromium';

/** Under CI=true the suite must run, and fails when there is no browser. */
export const noChromium = !existsSync(EXECUTABLE) && process.env['CI'] !== 'true';

/** Its user data directory is a new empty one that is removed at the end. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** Console warnings and errors, exceptions, answers from 400 on, requests that failed. */
  readonly problems: string[];
  /** Bodies of the answers to queries so far, in order. */
  readonly answers: QueryAnswer[];
}

export interface QueryAnswer {
  readonly results: Readonly<Record<string, { readonly frames: readonly JsonFrame[]; readonly error?: string }>>;
}

export interface JsonFrame {
  readonly schema: {
    readonly fields: ReadonlyArray<{ readonly name: string; readonly labels?: Readonly<Record<string, string>> }>;
  };
  readonly data: { readonly values: ReadonlyArray<readonly unknown[]> };
}

export async function openPage(browser: Browser): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const problems: string[] = [];
  const answers: QueryAnswer[] = [];
  page.on('console', (message) => {
    if (['warning', 'error'].includes(message.type())) problems.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => {
    // A query that a newer one replaces is cancelled on purpose.
    const reason = request.failure()?.errorText ?? '';
    if (reason !== 'net::ERR_ABORTED') problems.push(`failed: ${request.url()} ${reason}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
    if (!response.url().includes('/api/ds/query')) return;
    response.json().then(
      (body: QueryAnswer) => answers.push(body),
      () => undefined
    );
  });
  return { page, problems, answers };
}
