import assert from 'node:assert/strict';
import request from 'supertest';
import { eventually } from '../../eventually.ts';
import { pathOf } from '../../integration/enterprise-site.ts';
import { Cluster } from './cluster.ts';

const PROCESSES = 4;

describe('Four processes on one database', () => {
  let cluster: Cluster;

  afterEach(() => cluster.close());

  /** Goes through the flow at the load balancer, so that one process begins it and another ends it. */
  async function signIn(login: string): Promise<string> {
    const browser = request.agent(cluster.proxy.url);
    const begun = await browser.get('/oauth/github/authorize').expect(302);
    const callback = pathOf(await cluster.github.authorize(begun.headers.location!, login));
    const ended = await browser.get(callback).expect(302);
    assert.notEqual(ended.headers['x-served-by'], begun.headers['x-served-by']);
    const cookie = ended.get('Set-Cookie')?.find((it) => it.startsWith('openhands_auth='));
    return cookie!.split(';')[0]!;
  }

  const askEach = (cookie: string) =>
    Promise.all(
      cluster.members.map(
        async ({ url }) => (await request(url).get('/api/github/user').set('Cookie', cookie)).status,
      ),
    );

  it('let a user sign in on one and go on at the others, until they sign out everywhere', async () => {
    cluster = await Cluster.start(PROCESSES);
    const cookie = await signIn('octocat');
    const elsewhere = await signIn('octocat');
    const stranger = await signIn('hubot');
    assert.deepEqual(await askEach(cookie), [200, 200, 200, 200]);
    assert.deepEqual(await askEach(elsewhere), [200, 200, 200, 200]);

    await request(cluster.proxy.url).post('/api/logout?everywhere=1').set('Cookie', cookie).expect(200);
    await eventually(async () => assert.deepEqual(await askEach(cookie), [401, 401, 401, 401]));
    await eventually(async () => assert.deepEqual(await askEach(elsewhere), [401, 401, 401, 401]));
    assert.deepEqual(await askEach(stranger), [200, 200, 200, 200]);
    await eventually(() => assert.equal(cluster.github.tokens.hasGrant('octocat'), false));
  });

  it('refresh the tokens of 1,000 users that expire together once each, though all processes are asked at once', async () => {
    cluster = await Cluster.start(PROCESSES);
    const cookies = await cluster.addUsersWithExpiredTokens(1_000);
    const urls = cluster.members.map(({ url }) => url);
    const statuses = new Map<number, number>();
    const ask = async (cookie: string, url: string): Promise<void> => {
      const answer = await fetch(`${url}/api/github/installations`, { headers: { cookie } });
      await answer.arrayBuffer();
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    };
    // Each user at all processes at the same time, and no more users at a time than a slow machine serves in time.
    const waiting = cookies.values();
    const client = async (): Promise<void> => {
      for (const cookie of waiting) await Promise.all(urls.map((url) => ask(cookie, url)));
    };
    await Promise.all(Array.from({ length: 40 }, client));

    assert.deepEqual([...statuses], [[200, 4_000]]);
    assert.equal(cluster.github.calls.refreshes, 1_000);
    assert.equal(cluster.github.tokens.reusedRefreshTokens, 0);
  });

  it('are replaced one after the other under load without a failed request', async () => {
    cluster = await Cluster.start(PROCESSES, { SHUTDOWN_DELAY: '1s' });
    const cookies = await Promise.all(['octocat', 'hubot'].map(signIn));
    const failures: string[] = [];
    const servedBy = new Set<string | null>();
    let answered = 0;
    const loading = new AbortController();
    const client = async (cookie: string): Promise<void> => {
      while (!loading.signal.aborted) {
        const answer = await fetch(`${cluster.proxy.url}/api/authenticate`, {
          method: 'POST',
          headers: { cookie },
        });
        const text = await answer.text();
        if (answer.status !== 200) failures.push(`${answer.status} ${text}`);
        servedBy.add(answer.headers.get('x-served-by'));
        answered += 1;
      }
    };
    const clients = Array.from({ length: 16 }, (_, index) => client(cookies[index % 2]!));

    for (const old of [...cluster.members]) {
      await cluster.grow();
      assert.equal(await cluster.shrink(old), 0);
    }
    // The load goes on behind the last replacement.
    const before = answered;
    await eventually(() => assert.ok(answered > before, 'the load does not go on'));
    loading.abort();
    await Promise.all(clients);

    assert.deepEqual(failures, []);
    assert.equal(servedBy.size, 2 * PROCESSES);
  });
});
