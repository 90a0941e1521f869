import eslint from '@eslint/js';
import simpleImportSort from 'eslint-plugin-simple-import-sort';
import tseslint from 'typescript-eslint';

/** Under Jest, what Node's own modules throw and return is of another realm than the code of this package. */
const OF_ANY_REALM = {
  selector:
    'BinaryExpression[operator="instanceof"][right.name=/^((Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error|Array(Buffer)?|Date|Function|Map|Object|Promise|RegExp|Set|Uint8Array)$/]',
  message: 'That is false for what is of another realm. Ask isError, or the types of node:util.',
};

export default tseslint.config(
  { ignores: ['dist', 'dist-engine', '.openhands', '.packed', 'reference'] },
  eslint.configs.recommended,
  {
    plugins: { 'simple-import-sort': simpleImportSort },
    rules: {
      // One group in one order: Node's own modules, packages, then files, the furthest first.
      'simple-import-sort/imports': ['error', { groups: [['^node:', '^@?\\w', '^\\.\\.', '^\\.']] }],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers read well in messages; everything else that prints badly stays an error.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => void` callbacks that return the value of an expression are idiomatic in Express handlers.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Requests whose `state` is typed are Express's requests all the same: types say so, constructors cannot.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Handlers take four parameters because Express counts them.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    },
  },
  {
    // No module reads the environment but the entry points that hand it to the configuration.
    files: ['lib/**/*.ts'],
    ignores: ['lib/cli/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Take it from the ServerConfig.' },
      ],
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', OF_ANY_REALM] },
  },
  {
    // Messages of the log are in one style. The texts of diagnostics are sentences, and go into the log as they stand.
    files: ['lib/**/*.ts'],
    ignores: ['lib/compose/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        OF_ANY_REALM,
        {
          selector:
            'CallExpression[callee.property.name=/^(trace|debug|info|warn|error|fatal)$/]:matches([callee.object.name="log"], [callee.object.property.name="log"]) > Literal:not([value=/^[A-Z].*[^.]$/])',
          message: 'A log message begins with a capital letter and has no full stop at its end.',
        },
      ],
    },
  },
  {
    // The compiler checks the pages' names, with the browser's own types (tsconfig.page.json).
    files: ['lib/page/**/*.js', 'lib/{inspector,learn,oss/openapi}/page/**/*.js'],
    rules: { 'no-undef': 'off' },
  },
  {
    // Express counts the parameters of JavaScript, too.
    files: ['examples/adopt/**/*.js'],
    rules: { 'no-unused-vars': ['error', { argsIgnorePattern: '^_' }] },
  },
  {
    // An app as CommonJS has it, tested with Jest.
    files: ['examples/adopt/api/*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: Object.fromEntries(
        ['Buffer', 'setImmediate', 'describe', 'it', 'expect', 'beforeEach', 'afterEach'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
  {
    files: ['test/**/*.ts', 'examples/**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
);
