import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { withDeadline } from '../../../lib/oss/github/deadline.ts';
import { GitHubService } from '../../../lib/oss/github/github-service.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { FakeGitHub } from '../../../lib/testing/index.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('withDeadline', () => {
  it('gives what is done in time', async () => {
    assert.equal(await withDeadline(60_000, undefined, () => Promise.resolve(7)), 7);
  });

  it('aborts when the time is up, and when its caller’s signal does', async () => {
    const untilAborted = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => {
        const fail = () => reject(signal.reason as Error);
        if (signal.aborted) fail();
        else signal.addEventListener('abort', fail);
      });
    await assert.rejects(withDeadline(1, undefined, untilAborted), { message: /within 1 ms/ });
    const client = new AbortController();
    const waiting = withDeadline(60_000, client.signal, untilAborted);
    client.abort(new Error('gone'));
    await assert.rejects(waiting, { message: 'gone' });
    await assert.rejects(withDeadline(60_000, client.signal, untilAborted), { message: 'gone' });
  });

  it('holds though garbage is collected while an answer is waited for', async () => {
    const github = await FakeGitHub.listen();
    const collecting = setInterval(collectGarbage, 20);
    try {
      const token = new Secret(github.addPersonalAccessToken('octocat'));
      const { signal } = new AbortController();
      const service = new GitHubService({ apiUrl: github.apiUrl, token, timeoutMs: 300, signal });
      for (const kind of ['trickle', 'hang'] as const) {
        github.faults.add({ on: 'GET /user', kind, times: 1 });
        await assert.rejects(service.getUser(), { code: 'github_unavailable' });
      }
    } finally {
      clearInterval(collecting);
      await github.close();
    }
  });
});
