/** The GitHub App of the server under test, as its owner sees it in GitHub's settings. */
export interface FakeGitHubApp {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly webhookSecret: string;
}

/** An app as good as any other. None of these opens anything outside a test. */
export const FAKE_APP: FakeGitHubApp = {
  id: 1001,
  slug: 'openhands-express',
  name: 'OpenHands Express',
  clientId: 'Iv23liFakeGitHubApp0',
  clientSecret: 'fake0client0secret0fake0client0secret000',
  webhookSecret: 'fake-webhook-secret',
};
