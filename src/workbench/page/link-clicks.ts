/** Links to the page's own addresses are followed without loading it anew, as Grafana does for links in panels too. */
import { locationService } from '@grafana/runtime';

export function interceptLinkClicks(event: MouseEvent): void {
  if (
    event.defaultPrevented ||
    event.button !== 0 ||
    event.ctrlKey ||
    event.metaKey ||
    event.shiftKey ||
    event.altKey
  ) {
    return;
  }
  const anchor = (event.target as Element).closest('a');
  if (!anchor || anchor.origin !== window.location.origin || (anchor.target !== '' && anchor.target !== '_self')) {
    return;
  }
  event.preventDefault();
  locationService.push(`${anchor.pathname}${anchor.search}`);
}
