/** What @grafana/ui asks of a browser and jsdom does not have. */
import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

// Read by @grafana/runtime when it is loaded, which is after this file.
Object.assign(window, {
  grafanaBootData: { user: { timezone: 'utc', locale: 'en-GB', permissions: {} }, settings: {}, navTree: [] },
});

Object.defineProperty(window, 'matchMedia', {
  value: (query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
  }),
});

/** Enough of a canvas to measure text by: seven pixels a letter. */
HTMLCanvasElement.prototype.getContext = vi.fn(
  () => ({ font: '', measureText: (text: string) => ({ width: text.length * 7 }) }) as unknown
) as unknown as typeof HTMLCanvasElement.prototype.getContext;

class Observer {
  observe() {}
  unobserve() {}
  disconnect() {}
  takeRecords() {
    return [];
  }
}
Object.assign(globalThis, { ResizeObserver: Observer, IntersectionObserver: Observer });
Element.prototype.scrollIntoView ??= () => undefined;
// Lists draw only what is in view, and in jsdom nothing has a size.
Element.prototype.getBoundingClientRect = () => new DOMRect(0, 0, 400, 400);
for (const side of ['clientHeight', 'clientWidth', 'offsetHeight', 'offsetWidth']) {
  Object.defineProperty(HTMLElement.prototype, side, { get: () => 400, configurable: true });
}

afterEach(cleanup);
