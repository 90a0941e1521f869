/** What a test suite of a server like this one needs; docs/testing.md shows it in use. */
// An app that a test mounts the Enterprise edition in reads its keys of the request's state.
import '../enterprise/request-state.ts';

export { Clock } from './clock.ts';
export { conflictsOf, expectConflict, expectNoConflict } from './expect-conflict.ts';
export type { TestAgent } from './test-agent.ts';
export { testApp, type Edition, type TestApp, type TestAppOptions } from './test-app.ts';
export type { FakeGitHubApp } from './fake-github/app.ts';
export type { FakeGitHubBehavior } from './fake-github/behavior.ts';
export type { Calls, RecordedCall } from './fake-github/calls.ts';
export type {
  Directory,
  Draft,
  FakeInstallation,
  FakeIssue,
  FakeOrganization,
  FakePullRequest,
  FakeRepository,
  FakeUser,
} from './fake-github/directory.ts';
export { FakeGitHub, type FakeGitHubOptions } from './fake-github/fake-github.ts';
export type { Fault } from './fake-github/fault.ts';
export type { Faults } from './fake-github/faults.ts';
export type { FakeRefusal } from './fake-github/refusals.ts';
export type { Secrets } from './fake-github/secrets.ts';
export type { TokenHolder, TokenPair, Tokens } from './fake-github/tokens.ts';
export type { SignedWebhook } from './fake-github/webhooks.ts';
