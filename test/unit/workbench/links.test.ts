import { expect, test } from 'vitest';
import type { ClassicDashboard } from '../../../src/workbench/page/dashboard/classic';
import { resolveLinks } from '../../../src/workbench/page/dashboard/links';

const dashboard = (uid: string, extra: Partial<ClassicDashboard> = {}): ClassicDashboard => ({
  uid,
  title: uid.toUpperCase(),
  panels: [],
  ...extra,
});
const search = new URLSearchParams('from=now-1h&to=now&var-process=api&refresh=5s');

test('a link by tags leads to the other dashboards that have them all', () => {
  const here = dashboard('a', { tags: ['plateau'], links: [{ title: '', type: 'dashboards', tags: ['plateau'] }] });
  const all = [here, dashboard('b', { tags: ['plateau', 'x'] }), dashboard('c', { tags: ['other'] })];
  expect(resolveLinks(here, all, search)).toEqual([{ title: 'B', href: '/d/b' }]);
});

test('time and variables are carried only where the link says so', () => {
  const link = (extra: object) => ({ title: 'Go', type: 'link' as const, url: '/d/b?x=1', ...extra });
  const here = dashboard('a', { links: [link({ keepTime: true }), link({ includeVars: true }), link({})] });
  expect(resolveLinks(here, [here], search).map(({ href }) => href)).toEqual([
    '/d/b?x=1&from=now-1h&to=now',
    '/d/b?x=1&var-process=api',
    '/d/b?x=1',
  ]);
});
