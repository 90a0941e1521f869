import assert from 'node:assert/strict';
import { main } from '../../lib/cli/main.ts';
import { RecordingTerminal } from './recording-terminal.ts';

const KEYCLOAK = {
  KEYCLOAK_SERVER_URL: 'http://keycloak:8080',
  KEYCLOAK_SERVER_URL_EXT: 'https://keycloak.example.com',
  KEYCLOAK_REALM_NAME: 'openhands',
  KEYCLOAK_CLIENT_ID: 'openhands',
  KEYCLOAK_CLIENT_SECRET: 's',
};

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const terminal = new RecordingTerminal(env);
  const code = await main(['github-app', ...args], terminal);
  return { code, out: terminal.written, error: terminal.errors };
}

/** The form that the printed link fills in. */
async function formOf(args: readonly string[], env: Record<string, string>): Promise<URL> {
  const { code, out } = await run(args, env);
  assert.equal(code, 0);
  return new URL(/^https?:\/\/\S+\/settings\/apps\/new\?\S+$/m.exec(out)![0]);
}

describe('openhands-express github-app', () => {
  const PUBLIC_URL = 'https://openhands.example.com/base';

  it("fills in GitHub's form: callback, webhook, permissions, and no sign-in that nobody has begun", async () => {
    const { origin, pathname, searchParams } = await formOf(['--name', 'acme & co'], { PUBLIC_URL });
    assert.equal(origin + pathname, 'https://github.com/settings/apps/new');
    assert.deepEqual(Object.fromEntries(searchParams), {
      name: 'acme & co',
      url: PUBLIC_URL,
      public: 'false',
      'callback_urls[]': `${PUBLIC_URL}/oauth/github/callback`,
      request_oauth_on_install: 'false',
      setup_url: PUBLIC_URL,
      webhook_active: 'true',
      webhook_url: `${PUBLIC_URL}/integration/github/events`,
      metadata: 'read',
      contents: 'read',
      issues: 'read',
      pull_requests: 'read',
      checks: 'read',
      statuses: 'read',
    });
  });

  const places: readonly (readonly [string, readonly string[], string])[] = [
    [
      'https://github.com',
      ['--organization', 'acme'],
      'https://github.com/organizations/acme/settings/apps/new',
    ],
    ['https://octo.ghe.com', [], 'https://octo.ghe.com/settings/apps/new'],
    [
      'https://git.example.com',
      ['--organization', 'a/b'],
      'https://git.example.com/organizations/a%2Fb/settings/apps/new',
    ],
  ];
  for (const [github, args, expected] of places) {
    it(`leads to ${expected}`, async () => {
      const { origin, pathname } = await formOf(args, { PUBLIC_URL, GITHUB_BASE_URL: github });
      assert.equal(origin + pathname, expected);
    });
  }

  for (const url of [
    '',
    'http://localhost:3000',
    'http://127.0.0.1:8080',
    'http://[::1]:3000',
    'http://app.localhost',
  ]) {
    it(`asks for no webhook at ${url || 'an address that nobody has set'}, which GitHub cannot reach`, async () => {
      const { searchParams } = await formOf([], { PUBLIC_URL: url });
      assert.equal(searchParams.get('webhook_active'), 'false');
      assert.equal(searchParams.get('webhook_url'), null);
      assert.equal(
        searchParams.get('callback_urls[]'),
        `${url || 'http://127.0.0.1:3000'}/oauth/github/callback`,
      );
      const manifest = JSON.parse((await run(['--format', 'manifest'], { PUBLIC_URL: url })).out) as object;
      assert.ok(!('hook_attributes' in manifest));
    });
  }

  it('prints a page whose form hands over the manifest, whatever is in it', async () => {
    const env = { PUBLIC_URL };
    const args = ['--organization', 'acme', '--name', `"><script>alert('&')</script>`];
    const { out: page } = await run([...args, '--format', 'page'], env);
    const manifest: unknown = JSON.parse((await run([...args, '--format', 'manifest'], env)).out);
    assert.doesNotMatch(page, /<script/);
    const [, action, value] =
      /action="([^"]*)">\s*<input type="hidden" name="manifest" value="([^"]*)">/.exec(page)!;
    assert.equal(action, 'https://github.com/organizations/acme/settings/apps/new');
    const decoded = value!.replaceAll(/&#(\d+);/g, (_, char: string) => String.fromCharCode(Number(char)));
    assert.deepEqual(JSON.parse(decoded), manifest);
    assert.deepEqual((manifest as { hook_attributes: unknown }).hook_attributes, {
      url: `${PUBLIC_URL}/integration/github/events`,
      active: true,
    });
  });

  it('enters the broker of a Keycloak before the callback of the server', async () => {
    const { searchParams } = await formOf(['--keycloak'], { PUBLIC_URL, ...KEYCLOAK });
    assert.deepEqual(searchParams.getAll('callback_urls[]'), [
      'https://keycloak.example.com/realms/openhands/broker/github/endpoint',
      `${PUBLIC_URL}/oauth/github/callback`,
    ]);
    const { code, error } = await run(['--keycloak'], { PUBLIC_URL });
    assert.equal(code, 1);
    assert.match(error, /KEYCLOAK_SERVER_URL/);
  });

  it('refuses another format', async () => {
    const { code, error } = await run(['--format', 'yaml']);
    assert.equal(code, 2);
    assert.match(error, /^--format takes text, page, manifest, not "yaml"\.\n/);
  });
});
