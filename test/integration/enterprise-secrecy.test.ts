import assert from 'node:assert/strict';

import { EnterpriseSite, setCookies } from './enterprise-site.ts';

describe('What the Enterprise edition says aloud', () => {
  let site: EnterpriseSite;

  beforeEach(async () => {
    site = await EnterpriseSite.open();
  });

  // Closing looks through the log, which is at its most verbose.
  afterEach(() => site.close());

  it('logs every request, the callback’s without its code and its state', async () => {
    await site.signedIn();
    const callback = site.log.find((line) => line.includes('/oauth/github/callback'));
    assert.match(callback!, /"url":"\/oauth\/github\/callback\?code=\*&state=\*"/);
  });

  it('holds no secret in any answer, whatever fails', async () => {
    const answers: string[] = [];
    for (const on of [
      'POST /login/oauth/access_token',
      'GET /user',
      'DELETE /applications/{client_id}/grant',
    ]) {
      for (const kind of ['html', 'malformed', 'truncated', 'lost-answer', 'rate-limit'] as const) {
        const browser = await site.signedIn();
        const callback = await site.callback(browser);
        site.github.advance(9 * 60 * 60 * 1000);
        site.github.faults.add({ on, kind });
        for (const answer of [
          await browser.get('/api/github/user'),
          await browser.get(callback).set('Accept', 'text/html'),
          await browser.get(callback),
          await browser.post('/api/logout?everywhere=1'),
        ]) {
          answers.push(answer.text, answer.headers.location ?? '', JSON.stringify(answer.body));
        }
        site.github.faults.clear();
      }
    }
    assert.doesNotMatch(answers.join('\n'), /gh[oprsu]_|eyJ|fake0client| {4}at /);
  });

  it('tells a browser its cookies only in Set-Cookie, and out of the reach of scripts', async () => {
    const answer = await site.signIn(site.browser());
    for (const cookie of setCookies(answer)) assert.match(cookie, /HttpOnly/);
    assert.doesNotMatch(answer.text, /eyJ/);
  });
});
