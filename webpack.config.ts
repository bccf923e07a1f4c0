/**
 * Grafana's own build with what a plugin nested in a data source needs. Changed against the scaffold:
 * - copies: only what Grafana reads (every plugin.json, the dashboards, pictures of both plugins), not every JSON file
 *   below src, and the nested panel's pictures, which the scaffold forgets;
 * - the virtual module with the public path is an ES module, although package.json says CommonJS (for Node's scripts);
 * - in .config: ts-node reads ES modules (tsconfig.json), the search for entries stays out of node_modules
 *   (bundler/utils.ts), unused names are gone (webpack.config.ts).
 * JSX stays swc's classic one: Grafana 10.1 does not share `react/jsx-runtime`.
 */
import CopyWebpackPlugin from 'copy-webpack-plugin';
import type { Configuration } from 'webpack';
import { getPackageJson } from './.config/bundler/utils.ts';
import grafanaConfig, { type Env } from './.config/webpack/webpack.config.ts';

/** Version and date, wherever the output goes; the scaffold fills them in below dist only. */
function filled(content: Buffer): string {
  const today = new Date().toISOString().slice(0, 10);
  return content.toString().replaceAll('%VERSION%', getPackageJson().version).replaceAll('%TODAY%', today);
}

const copies = new CopyWebpackPlugin({
  patterns: [
    { from: 'README.md', to: '.' },
    { from: '../LICENSE', to: '.' },
    { from: '../CHANGELOG.md', to: '.' },
    { from: '**/plugin.json', to: '.', transform: filled },
    { from: 'dashboards/*.json', to: '.' },
    { from: '**/img/**', to: '.' },
    { from: 'panel/README.md', to: 'panel', noErrorOnMissing: true },
  ],
});

const publicPath = { test: /grafana-public-path\.js$/, type: 'javascript/auto' };

const config = async (env: Env): Promise<Configuration> => {
  const base = await grafanaConfig(env);
  return {
    ...base,
    module: { ...base.module, rules: [publicPath, ...(base.module?.rules ?? [])] },
    plugins: base.plugins?.map((plugin) => (plugin instanceof CopyWebpackPlugin ? copies : plugin)),
  };
};

export default config;
