import tseslint from 'typescript-eslint';

const tests = ['**/test/**/*.ts', '**/*.test.ts'];
const product = ['src/**/*.ts', 'packages/*/src/**/*.ts', 'plugins/*/src/**/*.ts'];
/** The only places that know a process or a screen; all else gets the outside world as a parameter. */
const edges = ['src/terminal/**', 'src/commands/**', 'src/engine/failpoint.ts', 'packages/testkit/src/**'];

const outside = ['env', 'argv', 'execArgv', 'stdin', 'stdout', 'stderr', 'exit', 'exitCode', 'cwd', 'chdir', 'on', 'once'];
const takeIt = 'Take what you need as a parameter; only bin and terminal know the process.';

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'A file exports by name; only a command or a connector is a default export.',
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '**/node_modules/',
      'demo/',
      'templates/',
      '**/fixtures/',
      'coverage/',
      'test/setup/tsx-stub.cjs',
      '.dependency-cruiser.cjs',
    ],
  },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.check.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // An async function without await turns what it throws into a rejection, as interfaces of promises need.
      '@typescript-eslint/require-await': 'off',
      // Interfaces here are answered by objects of closures, which have no `this` to lose; classes are few.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // `== null` is the one short way to ask for null and undefined at once.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': ['error', noDefaultExport],
    },
  },
  {
    files: product,
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 70 }],
      'no-console': 'error',
      // Facts about the process (pid, platform) are free; what a person or a parent gives or sees is a parameter.
      'no-restricted-properties': ['error', ...outside.map((property) => ({ object: 'process', property, message: takeIt }))],
      'no-restricted-imports': ['error', { paths: [{ name: 'node:process', message: takeIt }] }],
    },
  },
  { files: edges, rules: { 'no-restricted-properties': 'off', 'no-restricted-imports': 'off' } },
  { files: ['src/commands/**/*.ts', 'plugins/*/src/index.ts', ...tests], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: tests,
    rules: {
      'max-lines': ['error', { max: 600 }],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    rules: { 'no-unused-vars': 'error', 'no-undef': 'off', 'max-lines': ['error', { max: 300 }], eqeqeq: 'error' },
  },
);
