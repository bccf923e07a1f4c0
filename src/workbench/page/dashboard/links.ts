/** Links in a dashboard's head: to other dashboards by tag, or to an address, with the time and variables in force. */
import { type ClassicDashboard, type ClassicLink, dashboardUrl } from './classic';

export interface ResolvedLink {
  readonly title: string;
  readonly href: string;
}

const withQuery = (url: string, query: string): string =>
  query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`;

/** @param search the page's query string, where scenes keep `from`, `to` and `var-*` */
export function resolveLinks(
  dashboard: ClassicDashboard,
  all: readonly ClassicDashboard[],
  search: URLSearchParams
): ResolvedLink[] {
  const carried = ({ includeVars, keepTime }: ClassicLink): string => {
    const kept = [...search].filter(
      ([key]) => (keepTime && (key === 'from' || key === 'to')) || (includeVars && key.startsWith('var-'))
    );
    return new URLSearchParams(kept).toString();
  };
  return (dashboard.links ?? []).flatMap((link) => {
    if (link.type === 'link') return [{ title: link.title, href: withQuery(link.url ?? '', carried(link)) }];
    const tags = link.tags ?? [];
    return all
      .filter((other) => other.uid !== dashboard.uid && tags.every((tag) => other.tags?.includes(tag)))
      .map((other) => ({ title: other.title, href: withQuery(dashboardUrl(other), carried(link)) }));
  });
}
