import { UrlSyncContextProvider } from '@grafana/scenes';
import { EmptyState, LinkButton } from '@grafana/ui';
import React, { useMemo } from 'react';
import { useLocation, useParams } from 'react-router-dom-v5-compat';
import type { ClassicDashboard } from '../dashboard/classic';
import { linkTo, resolveLinks } from '../dashboard/links';
import { toScene } from '../dashboard/to-scene';

function DashboardPicker({ all, current }: { all: readonly ClassicDashboard[]; current: ClassicDashboard }) {
  const location = useLocation();
  const search = new URLSearchParams(location.search);
  const links = resolveLinks(current, all, search);
  return (
    <nav aria-label="Dashboards" style={{ display: 'flex', gap: 8, flexWrap: 'wrap', padding: '16px 16px 0' }}>
      {all.map((dashboard) => (
        <LinkButton
          key={dashboard.uid}
          size="sm"
          fill={dashboard === current ? 'solid' : 'outline'}
          variant={dashboard === current ? 'primary' : 'secondary'}
          aria-current={dashboard === current ? 'page' : undefined}
          href={linkTo(dashboard, search)}
        >
          {dashboard.title}
        </LinkButton>
      ))}
      <span style={{ flexGrow: 1 }} />
      {links.map(({ title, href }) => (
        <LinkButton key={href} size="sm" fill="text" variant="secondary" href={href}>
          {title}
        </LinkButton>
      ))}
    </nav>
  );
}

function Dashboard({ dashboard }: { dashboard: ClassicDashboard }) {
  const scene = useMemo(() => toScene(dashboard), [dashboard]);
  return (
    <UrlSyncContextProvider scene={scene} updateUrlOnInit createBrowserHistorySteps>
      <div data-testid="dashboard" style={{ padding: 16, display: 'flex' }}>
        <scene.Component model={scene} />
      </div>
    </UrlSyncContextProvider>
  );
}

export function DashboardTab({ dashboards }: { dashboards: readonly ClassicDashboard[] }) {
  const { uid } = useParams();
  const current = uid === undefined ? dashboards[0] : dashboards.find((dashboard) => dashboard.uid === uid);
  if (!current) {
    const message = uid === undefined ? 'The plugin brings no dashboards' : `The plugin brings no dashboard '${uid}'`;
    return (
      <EmptyState variant="not-found" message={message}>
        <LinkButton href="/">Go to the first dashboard</LinkButton>
      </EmptyState>
    );
  }
  return (
    <>
      <DashboardPicker all={dashboards} current={current} />
      <Dashboard key={current.uid} dashboard={current} />
    </>
  );
}
