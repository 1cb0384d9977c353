// Who may import whom. A violation fails the build and says what is allowed.
const only = (name, pkg, allowed) => ({
  name,
  severity: 'error',
  comment: `${pkg} may be imported only in ${allowed}`,
  from: { pathNot: [allowed, '\\.test\\.tsx?$', '^tests/', '^bench/', '^node_modules'] },
  to: { path: `node_modules/(@types/)?${pkg}/` },
})
const layer = (folder, allowed) => ({
  name: `${folder}-layer`,
  severity: 'error',
  comment: `${folder}/ may import only ${allowed.join(', ')}`,
  from: { path: `^${folder}/`, pathNot: '\\.test\\.tsx?$' },
  to: { path: '^(core|workers|electron|renderer|sandbox|tests|bench|scripts)/', pathNot: allowed.map((a) => `^${a}/`) },
})
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', comment: 'imports run one way', from: {}, to: { circular: true } },
    layer('core', ['core']),
    layer('workers', ['core', 'workers']),
    layer('electron', ['core', 'workers', 'electron']),
    layer('renderer', ['core', 'renderer']),
    layer('sandbox', ['core', 'sandbox']),
    {
      name: 'core-is-pure',
      severity: 'error',
      comment: 'core/ does no I/O: no Node built-ins except crypto hashing, no packages but zod',
      from: { path: '^core/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'engines-apart',
      severity: 'error',
      comment:
        'an engine may import core/, its own folder and workers/linear-algebra; only workers/simulation and workers/pool run others',
      from: { path: '^workers/([^/]+)/', pathNot: ['\\.test\\.ts$', '^workers/(simulation|thread-link)/'] },
      to: { path: '^workers/([^/]+)/', pathNot: ['^workers/(linear-algebra|thread-link)/', '^workers/$1/'] },
    },
    {
      name: 'hosts-on-top',
      severity: 'error',
      comment: 'the desk and its parts know no host: main, preload, serve and cli import them, never the other way',
      from: { path: '^electron/(desk|exchanges|market|ledger|proposals|execution|store)/' },
      to: { path: '^electron/(main|preload|serve|cli)\\.ts$|^electron/(hosts|commands)/' },
    },
    {
      name: 'made-up-for-tests',
      severity: 'error',
      comment: 'the made-up desk and test support serve tests, benches and the development page, never what is shipped',
      from: {
        pathNot: ['\\.test\\.tsx?$', '/(test-support|testing)/', '^renderer/(dev\\.tsx|fake-desk/)', '^(tests|bench)/'],
      },
      to: { path: '/(test-support|testing)/|^renderer/fake-desk/' },
    },
    only('ccxt-in-exchanges', 'ccxt', '^electron/exchanges/'),
    only('sqlite-in-store', 'better-sqlite3', '^electron/store/'),
    only('comlink-in-thread-link', 'comlink', '^workers/thread-link/'),
    only('matrix-in-linear-algebra', 'ml-matrix', '^workers/linear-algebra/'),
    only('charts-in-charts', 'lightweight-charts', '^renderer/charts/'),
    only('electron-in-its-host', 'electron', '^electron/(main|preload)\\.ts$|^electron/hosts/electron'),
    {
      name: 'no-orphan-packages',
      severity: 'error',
      comment: 'a package must be listed in package.json',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|node_modules/.bin)' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
}
