/**
 * Who may import whom; the picture is in docs/architecture.md. Each folder of src lists the folders it may reach: what is not
 * listed is refused. `test/dependency-direction.test.mjs` seeds violations and sees them caught.
 */
const reach = {
  credentials: ['state'],
  settings: [],
  plugins: ['registry', 'state'],
  terminal: ['project', 'engine', 'state', 'registry', 'transforms', 'jobs', 'credentials', 'settings', 'plugins'],
  scaffold: ['terminal', 'project', 'registry', 'state', 'transforms', 'jobs'],
  connections: ['terminal', 'project', 'registry', 'credentials', 'state', 'jobs', 'scaffold'],
  state: [],
  transforms: ['checks'],
  checks: ['transforms'],
  engine: ['transforms', 'checks', 'state'],
  registry: [],
  project: ['registry', 'credentials', 'transforms', 'checks'],
  jobs: ['project', 'engine', 'registry', 'credentials', 'transforms', 'checks', 'state'],
  commands: [
    'terminal', 'scaffold', 'connections', 'jobs', 'project', 'engine', 'registry', 'credentials', 'settings', 'plugins', 'state', 'transforms', 'checks',
  ], // prettier-ignore
};

const packages = {
  sdk: [],
  columnar: ['packages/sdk'],
  files: ['packages/sdk'],
  sql: ['packages/sdk'],
  testkit: ['packages/sdk'],
};

/**
 * Leaves that others may import: where this package lies, what a job is once it was read, how a mistake in a file is shown, what a schema
 * lets a person write, what a run tells.
 */
const leaves = '^src/(package-folder|project/(input-schema|job|problem|code-frame|yaml-node)|engine/progress|state/run-record)\\.ts$';

const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^(src|packages|plugins|bin|scripts|bench)/', pathNot: [from, ...allowed] },
});

/** The connectors that come with the CLI are imported by name, in one place. */
const comesAlong = (folder) => (folder === 'registry' ? ['^plugins/(file|duckdb)/'] : []);

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'leaves-stay-leaves',
      comment: 'What everybody may import reaches no further than its own folder',
      severity: 'error',
      from: { path: leaves.replace('^src/', '^src/(?=([^/]+)/)') },
      to: { path: '^src/', pathNot: [leaves, '^src/$1/'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...Object.entries(reach).map(([folder, others]) =>
      only(`src-${folder}`, `^src/${folder}/`, [
        ...others.map((other) => `^src/${other}/`),
        leaves,
        '^packages/(sdk|columnar)/',
        ...comesAlong(folder),
      ]),
    ),
    ...Object.entries(packages).map(([name, others]) =>
      only(`packages-${name}`, `^packages/${name}/(src|dist)/`, [`^packages/${name}/`, ...others.map((other) => `^${other}/`)]),
    ),
    {
      name: 'plugin-alone',
      comment: 'A plugin reaches the SDK and the shared packages, never another plugin or the CLI',
      severity: 'error',
      from: { path: '^plugins/([^/]+)/(src|dist)/' },
      to: { path: '^(src|plugins|bin|scripts|bench|packages/testkit)/', pathNot: '^plugins/$1/' },
    },
    {
      name: 'one-owner-of-duckdb',
      comment: 'Two instances of DuckDB on one file can harm it, so one package owns them all',
      severity: 'error',
      from: { path: '^(src|packages|plugins)/[^/]+/(src/)?', pathNot: ['^packages/columnar/', '/test/'] },
      to: { path: 'node_modules/@duckdb/' },
    },
    {
      name: 'files-know-no-duckdb',
      comment: 'Parquet goes through context.columnar',
      severity: 'error',
      from: { path: '^(packages/(sdk|files|sql|testkit)|plugins/(?!duckdb/)[^/]+)/src/' },
      to: { path: '^packages/columnar/' },
    },
    {
      name: 'nothing-imports-commands',
      severity: 'error',
      from: { path: '^(src|packages|plugins)/', pathNot: '^src/commands/' },
      to: { path: '^src/commands/' },
    },
    {
      name: 'tests-stay-tests',
      severity: 'error',
      from: { path: '^(src|packages/[^/]+/src|plugins/[^/]+/src)/' },
      to: { path: '(^|/)test/' },
    },
    {
      name: 'declared-dependencies',
      comment: 'What is imported stands in the package.json of the package that imports it',
      severity: 'error',
      from: { path: '^(src|packages/[^/]+/src|plugins/[^/]+/src)/' },
      // What a package only asks its users for is declared too
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'], dependencyTypesNot: ['npm-peer'], pathNot: '@types/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.check.json' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^packages/[^/]+/dist/', '^plugins/[^/]+/dist/', '/fixtures/', '^templates/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
