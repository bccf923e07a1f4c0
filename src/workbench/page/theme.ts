export type ThemeName = 'dark' | 'light';

const KEY = 'plateau.workbench.theme';

/** `?theme=light` in the address wins, then the last choice, then what the system prefers. */
export function rememberedTheme(): ThemeName {
  const wanted = new URLSearchParams(window.location.search).get('theme') ?? window.localStorage.getItem(KEY);
  if (wanted === 'dark' || wanted === 'light') {
    rememberTheme(wanted);
    return wanted;
  }
  return window.matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

export function rememberTheme(name: ThemeName): void {
  window.localStorage.setItem(KEY, name);
}
