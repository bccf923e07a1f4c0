/** The page's HTML: what Grafana's packages want to find on `window` before their first line runs. */
import { createHash } from 'node:crypto';
import type { PluginFiles } from './plugin-files';

/** Grafana's frontend compares versions; these are its packages'. */
const GRAFANA_VERSION = '13.2.2';

export interface Html {
  readonly body: string;
  /** Content-Security-Policy that allows this page and nothing foreign. */
  readonly policy: string;
}

/** `</script>` in a name must not end the script. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

export function renderHtml({ panels }: PluginFiles): Html {
  const bootData = {
    user: {
      isSignedIn: true,
      login: 'workbench',
      orgRole: 'Admin',
      theme: 'dark',
      lightTheme: false,
      timezone: 'browser',
      locale: 'en-US',
      language: 'en-US',
      permissions: {},
    },
    settings: {
      buildInfo: { version: GRAFANA_VERSION, edition: 'Open Source', env: 'production', commit: '' },
      featureToggles: {},
      datasources: {},
      panels: {},
      apps: {},
      licenseInfo: {},
      namespace: 'default',
      appUrl: '',
      appSubUrl: '',
    },
    navTree: [],
    assets: { dark: '', light: '' },
  };
  const script = `window.__grafana_public_path__='/public/';window.grafanaBootData=${inScript(bootData)};window.workbench=${inScript({ panels })};`;
  const hash = createHash('sha256').update(script).digest('base64');
  // Plugins are fetched and evaluated, as in Grafana; its styles are written at run time.
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'unsafe-eval' 'sha256-${hash}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plateau workbench</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/workbench/main.css">
<script>${script}</script>
</head>
<body>
<div id="root"></div>
<script type="module" src="/workbench/main.js"></script>
</body>
</html>
`;
  return { body, policy };
}
