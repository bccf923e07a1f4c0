import { type GrafanaTheme2, createTheme } from '@grafana/data';
import { config } from '@grafana/runtime';

export type ThemeName = 'dark' | 'light';

const KEY = 'plateau.workbench.theme';

/** `?theme=light` in the address wins, then the last choice, then what the system prefers. */
export function rememberedTheme(): ThemeName {
  const wanted = new URLSearchParams(window.location.search).get('theme') ?? window.localStorage.getItem(KEY);
  if (wanted === 'dark' || wanted === 'light') return wanted;
  return window.matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

/** Makes it the theme of Grafana's packages, which read it outside of React too, and of the next visit. */
export function applyTheme(name: ThemeName): GrafanaTheme2 {
  window.localStorage.setItem(KEY, name);
  const theme = createTheme({ colors: { mode: name } });
  config.theme2 = theme;
  config.bootData.user.lightTheme = name === 'light';
  return theme;
}
