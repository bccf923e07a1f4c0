/** Who may import whom: the table of ARCHITECTURE.md as rules. Each rule is proven by a violation in test/rules. */
const BROWSER = '^src/(frontend|panel)/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'core-is-pure',
      comment:
        'The core answers the command, the collector, the backend and the browser alike, so it imports nothing else.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { pathNot: '^src/core/' },
    },
    {
      name: 'contract-knows-core-and-zod',
      comment: 'Message shapes are shared by browser and server: no Node, no adapters.',
      severity: 'error',
      from: { path: '^src/contract/' },
      to: { pathNot: '^(src/(core|contract)/|node_modules/zod/)' },
    },
    {
      name: 'adapters-stand-alone',
      comment: 'An adapter knows one outside thing. Programs join adapters; adapters never join each other.',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/', pathNot: ['^src/(core|contract)/', '^src/adapters/$1/'] },
    },
    {
      name: 'programs-stand-alone',
      comment: 'A program starts, schedules and wires. What two of them need is core, contract or an adapter.',
      severity: 'error',
      // `plateau collect` is the collector: the one door from the command to another program.
      from: { path: '^src/(collector|backend|cli|workbench)/', pathNot: '^src/cli/commands/collect\\.ts$' },
      to: {
        path: '^src/(collector|backend|cli|workbench|frontend|panel|dashboards)/',
        pathNot: ['^src/$1/'],
      },
    },
    {
      name: 'browser-stays-in-the-browser',
      comment: 'Browser code imports core, contract and what Grafana shares; adapters and programs belong to servers.',
      severity: 'error',
      from: { path: `(${BROWSER}|^src/module\\.ts$)` },
      to: { path: '^src/(adapters|collector|backend|cli|workbench|dashboards)/' },
    },
    {
      name: 'browser-rooms-stand-alone',
      comment: 'The data source and the panel are two plugins with two bundles.',
      severity: 'error',
      from: { path: '^src/(frontend|panel)/' },
      to: { path: BROWSER, pathNot: '^src/$1/' },
    },
    {
      name: 'browser-reaches-no-node',
      comment: 'Not even through three files: a Node module in the bundle fails in the browser only.',
      severity: 'error',
      from: { path: `(${BROWSER}|^src/module\\.ts$)`, pathNot: 'node_modules' },
      to: {
        path: '^(node:.*|bun:.*|fs|path|os|net|http|https|child_process|crypto|stream|worker_threads|zlib|url|util|buffer|events)$',
        reachable: true,
      },
    },
    {
      name: 'protocol-libraries-in-one-place',
      comment: 'gRPC, protobuf and Arrow are details of the plugin protocol.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/adapters/pluginv2/' },
      to: { path: '^node_modules/(@grpc|@bufbuild|apache-arrow)/' },
    },
    {
      name: 'bun-only-in-adapters',
      comment: 'Node stays a way out as long as Bun has one place.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/adapters/' },
      to: { path: '^bun(:|$)' },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle is two files that are one.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: true,
    builtInModules: { add: ['bun', 'bun:sqlite', 'bun:ffi', 'bun:test'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
