/** The three floors of the house (CONTRIBUTING.md, "How the house is laid out"), checked. */
module.exports = {
  forbidden: [
    {
      name: 'compose-knows-no-edition',
      comment: 'The engine knows nothing of GitHub, OSS or Enterprise.',
      severity: 'error',
      from: { path: '^lib/compose(/|\\.ts$)' },
      to: { path: '^lib/', pathNot: '^lib/compose(/|\\.ts$)' },
    },
    {
      name: 'express-messages-import-nothing',
      comment: "For those who want no more of the package, so Node's own modules only.",
      severity: 'error',
      from: { path: '^lib/express-messages/' },
      to: { pathNot: '^lib/express-messages/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'the-inspector-knows-no-edition',
      comment: 'The stack inspector is for any stack, so it knows the engine and its own page only.',
      severity: 'error',
      from: { path: '^lib/inspector/' },
      to: {
        path: '^lib/',
        pathNot: '^lib/(inspector|compose)(/|\\.ts$)|^lib/(compose|loopback|shipped-files)\\.ts$',
      },
    },
    {
      name: 'oss-knows-no-enterprise',
      severity: 'error',
      from: { path: '^lib/oss/' },
      to: { path: '^lib/(enterprise|testing|cli)/' },
    },
    {
      name: 'enterprise-only-by-dynamic-import',
      comment: 'Enterprise is reached through OPENHANDS_CONFIG_CLS, or by its own entry point.',
      severity: 'error',
      from: { path: '^(lib|server)', pathNot: '^lib/(enterprise|testing|cli)/' },
      to: { path: '^lib/enterprise/', dependencyTypesNot: ['dynamic-import'] },
    },
    {
      name: 'nothing-imports-the-server',
      severity: 'error',
      from: {},
      to: { path: '^server\\.ts$' },
    },
    {
      name: 'shipped-code-does-not-use-the-testing-kit',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/testing/' },
      to: { path: '^lib/testing/' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'runtime-dependencies-only',
      severity: 'error',
      from: { path: '^(lib|server)' },
      // supertest is a peer of those who use the testing kit.
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
