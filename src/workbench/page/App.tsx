/** The page around the plugin: head with tabs and theme switch, one tab below. Addresses are those of Grafana. */
import { ThemeContext } from '@grafana/data';
import { LocationServiceProvider, locationService } from '@grafana/runtime';
import { Button, GlobalStyles, PortalContainer, Tab, TabsBar } from '@grafana/ui';
import React, { useState } from 'react';
import { Router } from 'react-router-dom';
import { CompatRouter, Route, Routes, useLocation } from 'react-router-dom-v5-compat';
import type { ClassicDashboard } from './dashboard/classic';
import type { WorkbenchDataSources } from './services/data-source-srv';
import { ConfigTab } from './tabs/ConfigTab';
import { DashboardTab } from './tabs/DashboardTab';
import { ExploreTab } from './tabs/ExploreTab';
import { type ThemeName, applyTheme, rememberedTheme } from './theme';

interface Props {
  readonly sources: WorkbenchDataSources;
  readonly dashboards: readonly ClassicDashboard[];
}

function Head({ theme, onTheme }: { theme: ThemeName; onTheme: (theme: ThemeName) => void }) {
  const { pathname } = useLocation();
  const tabs = [
    { label: 'Dashboards', href: '/', active: pathname === '/' || pathname.startsWith('/d/') },
    { label: 'Explore', href: '/explore', active: pathname === '/explore' },
    { label: 'Data source', href: '/connections/datasources/edit', active: pathname.startsWith('/connections/') },
  ];
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <header style={{ display: 'flex', alignItems: 'center', gap: 24, padding: '8px 16px 0' }}>
      <h1 style={{ margin: 0, fontSize: 18 }}>Plateau workbench</h1>
      <div style={{ flexGrow: 1 }}>
        <TabsBar hideBorder>
          {tabs.map(({ label, href, active }) => (
            <Tab key={label} label={label} href={href} active={active} />
          ))}
        </TabsBar>
      </div>
      <Button variant="secondary" fill="text" size="sm" onClick={() => onTheme(other)}>
        {other === 'light' ? 'Light theme' : 'Dark theme'}
      </Button>
    </header>
  );
}

export function App({ sources, dashboards }: Props) {
  const [theme, setTheme] = useState(() => applyTheme(rememberedTheme()));
  const name = theme.isDark ? 'dark' : 'light';
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <LocationServiceProvider service={locationService}>
        <Router history={locationService.getHistory()}>
          <CompatRouter>
            <Head theme={name} onTheme={(wanted) => setTheme(applyTheme(wanted))} />
            {/* Frames carry colours of the theme in which they were asked for: a new theme asks anew. */}
            <main key={name}>
              <Routes>
                <Route path="/" element={<DashboardTab dashboards={dashboards} />} />
                <Route path="/d/:uid/*" element={<DashboardTab dashboards={dashboards} />} />
                <Route path="/explore" element={<ExploreTab sources={sources} />} />
                <Route path="/connections/*" element={<ConfigTab sources={sources} />} />
              </Routes>
            </main>
          </CompatRouter>
        </Router>
      </LocationServiceProvider>
      <PortalContainer />
    </ThemeContext.Provider>
  );
}
