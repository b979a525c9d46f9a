/** Tests run against the TypeScript sources of every package: nothing has to be built first, and no test can pass on an old build. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test', '<rootDir>/packages', '<rootDir>/plugins'],
  testMatch: ['**/*.test.{ts,mjs}'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  setupFiles: ['<rootDir>/test/setup/console.js', '<rootDir>/test/setup/native-errors.js', '<rootDir>/test/setup/environment.js'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['js', 'ts', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: {
    // oclif registers tsx, which Jest forbids, and then falls back to `dist` without a word: see docs/decisions/0003-jest-and-oclif.md
    'tsx/dist/esm/api/index\\.[cm]js$': '<rootDir>/test/setup/tsx-stub.cjs',
    '^@etl/connector-([a-z]+)$': '<rootDir>/plugins/$1/src/index.ts',
    '^@etl/(mysql|oracle|postgres)$': '<rootDir>/plugins/$1/src/index.ts',
    '^@etl/sql/rules$': '<rootDir>/packages/sql/src/rules.ts',
    '^@etl/([a-z]+)$': '<rootDir>/packages/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: { '\\.ts$': '<rootDir>/test/setup/esbuild-transformer.js' },
  injectGlobals: false,
  testTimeout: 30_000,
  maxWorkers: 2,
  workerIdleMemoryLimit: '800MB',
};
