import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DemoProcess } from './demo-process.ts';

describe('npm run demo', () => {
  let demo: DemoProcess | undefined;
  let temporary: string;

  before(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'openhands-demo-test-'));
  });
  after(async () => {
    await demo?.stop('SIGTERM');
    await rm(temporary, { recursive: true, force: true });
  });

  /** The one that runs, as starting one takes a second, or another after it has been stopped. */
  const running = async (): Promise<DemoProcess> => (demo ??= await DemoProcess.start({ TMPDIR: temporary }));

  it('has a conflict to show before anybody does anything, and says where to look', async () => {
    const demo = await running();
    assert.match(demo.printed, /Look\s+sign in as octocat/);
    const events = await fetch(`${demo.address}/stack/events`);
    assert.ok(events.body);
    let told = '';
    for await (const chunk of events.body.pipeThrough(new TextDecoderStream())) {
      told += chunk;
      if (told.includes('"conflicts":[{')) break;
    }
    assert.match(told, /github_token/);
  });

  it('prints an address where a person signs in and sees their repositories', async () => {
    const demo = await running();
    const start = await fetch(`${demo.address}/oauth/github/authorize`, { redirect: 'manual' });
    const consent = new URL(location(start));
    assert.equal(consent.origin, new URL(demo.githubAddress).origin);

    consent.searchParams.set('login', 'hubot');
    const chosen = await fetch(consent.origin + consent.pathname, {
      method: 'POST',
      body: consent.searchParams,
      redirect: 'manual',
    });
    const signedIn = await fetch(location(chosen), {
      headers: { cookie: cookies(start) },
      redirect: 'manual',
    });
    assert.equal(signedIn.status, 302);
    assert.equal(signedIn.headers.get('location'), '/');

    const repositories = await fetch(`${demo.address}/api/github/repositories`, {
      headers: { cookie: cookies(signedIn) },
    });
    const names = ((await repositories.json()) as { full_name: string }[]).map(({ full_name }) => full_name);
    assert.ok(names.includes('hubot/scripts'), names.join());
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`ends the server and its GitHub on ${signal}, and leaves no files behind`, async () => {
      const { address, githubAddress } = await running();
      assert.equal((await fetch(`${address}/health`)).status, 200);
      assert.equal((await fileStores()).length, 1);
      assert.equal(await stop(signal), 0);
      assert.ok(await isGone(`${address}/health`));
      assert.ok(await isGone(githubAddress));
      assert.deepEqual(await fileStores(), []);
    });
  }

  function stop(signal: 'SIGINT' | 'SIGTERM'): Promise<number | null> {
    const stopped = demo ?? assert.fail('no demo runs');
    demo = undefined;
    return stopped.stop(signal);
  }

  /** The demo's own. */
  async function fileStores(): Promise<string[]> {
    return (await readdir(temporary)).filter((name) => name.startsWith('openhands-demo-'));
  }
});

function location(response: Response): string {
  return response.headers.get('location') ?? assert.fail(`no redirect, but ${response.status}`);
}

/** The cookies that an answer sets, as the next request sends them. */
function cookies(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

function isGone(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}
