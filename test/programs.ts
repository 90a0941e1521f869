/**
 * What tests start as processes, below the root. Built together, so that a configuration class and the
 * server that loads it share their modules.
 */
export const PROGRAMS = [
  'server.ts',
  'demo/demo.ts',
  'demo/demo-keycloak.ts',
  'lib/cli/openhands-express.ts',
  'lib/learn/register.ts',
  'lib/oss/server-config.ts',
  'lib/enterprise/saas-server-config.ts',
  'lib/enterprise/keycloak/keycloak-server-config.ts',
  'test/cli/fixtures/impatient-server-config.ts',
  'test/cli/fixtures/lively-stack.ts',
  'test/cli/fixtures/robbed-server-config.ts',
  'test/cli/fixtures/stacks.ts',
  'test/oss/storage/json-file-store.child.ts',
];
