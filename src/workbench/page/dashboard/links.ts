/** Links in a dashboard's head: to other dashboards by tag, or to an address, with the time and variables in force. */
import { type ClassicDashboard, type ClassicLink, dashboardUrl } from './classic';

export interface ResolvedLink {
  readonly title: string;
  readonly href: string;
}

const withQuery = (url: string, query: string): string =>
  query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`;

/** The part of the page's query string that goes along with a link. */
function carried(
  search: URLSearchParams,
  { includeVars, keepTime }: Pick<ClassicLink, 'includeVars' | 'keepTime'>
): string {
  const kept = [...search].filter(
    ([key]) => (keepTime && (key === 'from' || key === 'to')) || (includeVars && key.startsWith('var-'))
  );
  return new URLSearchParams(kept).toString();
}

/** Another dashboard with the same time and the same values of its variables. */
export function linkTo(dashboard: ClassicDashboard, search: URLSearchParams): string {
  return withQuery(dashboardUrl(dashboard), carried(search, { includeVars: true, keepTime: true }));
}

/** @param search the page's query string, where scenes keep `from`, `to` and `var-*` */
export function resolveLinks(
  dashboard: ClassicDashboard,
  all: readonly ClassicDashboard[],
  search: URLSearchParams
): ResolvedLink[] {
  return (dashboard.links ?? []).flatMap((link) => {
    if (link.type === 'link') return [{ title: link.title, href: withQuery(link.url ?? '', carried(search, link)) }];
    const tags = link.tags ?? [];
    return all
      .filter((other) => other.uid !== dashboard.uid && tags.every((tag) => other.tags?.includes(tag)))
      .map((other) => ({ title: other.title, href: withQuery(dashboardUrl(other), carried(search, link)) }));
  });
}
