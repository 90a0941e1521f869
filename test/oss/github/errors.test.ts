import assert from 'node:assert/strict';
import { classifyGitHubFailure, type GitHubFailure } from '../../../lib/oss/github/errors.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

function classify(status: number | undefined, headers: GitHubFailure['headers'] = {}) {
  const error = classifyGitHubFailure({ status, headers, now: NOW, cause: new Error('the cause') });
  return { status: error.status, code: error.code, retryAfter: error.headers['Retry-After'], error };
}

describe('classifyGitHubFailure', () => {
  it('takes a 401, and nothing else, for a dead token', () => {
    const { status, code, error } = classify(401);
    assert.deepEqual([status, code, error.message], [401, 'invalid_github_token', 'Invalid Github token']);
    for (const other of [400, 402, 403, 404, 418, 422, 429, 500, 502, 503, undefined]) {
      assert.notEqual(classify(other).status, 401);
    }
  });

  it('takes a 403 for a rate limit when nothing remains, and waits for the reset', () => {
    const reset = NOW / 1000 + 90;
    const { status, code, retryAfter } = classify(403, {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': reset,
    });
    assert.deepEqual([status, code, retryAfter], [429, 'github_rate_limited', '90']);
  });

  it('takes a 403 with Retry-After for a rate limit, though much remains', () => {
    const { status, retryAfter } = classify(403, { 'retry-after': '17', 'x-ratelimit-remaining': '4000' });
    assert.deepEqual([status, retryAfter], [429, '17']);
  });

  it('takes a 403 without either for what it is', () => {
    const { status, code, retryAfter } = classify(403, { 'x-ratelimit-remaining': '4000' });
    assert.deepEqual([status, code, retryAfter], [403, 'github_forbidden', undefined]);
  });

  it('takes every 429 for a rate limit, and waits for a minute when GitHub does not say how long', () => {
    assert.deepEqual([classify(429).status, classify(429).retryAfter], [429, '60']);
    assert.equal(classify(429, { 'retry-after': 'soon' }).retryAfter, '60');
    assert.equal(
      classify(429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'later' }).retryAfter,
      '60',
    );
  });

  it('passes on an address for single sign-on at the site whose API it is, and at no other', () => {
    const at = (site: string) => ({
      'x-github-sso': `required; url=${site}/orgs/o/sso?authorization_request=A`,
    });
    for (const [origin, site, isPassedOn] of [
      ['https://api.github.com', 'https://github.com', true],
      ['https://api.octo.ghe.com', 'https://octo.ghe.com', true],
      ['https://ghes.example', 'https://ghes.example', true],
      ['https://api.github.com', 'http://github.com', false],
      ['https://api.github.com', 'https://octo.ghe.com', false],
      ['https://api.github.com', 'https://evil.github.com', false],
      ['https://api.github.com', 'https://github.com.evil.example', false],
      ['https://api.github.com', 'https://github.com@evil.example', false],
    ] as const) {
      const cause = new Error('the cause');
      const error = classifyGitHubFailure({ status: 403, headers: at(site), origin, now: NOW, cause });
      assert.equal(error.code, 'github_sso_required');
      assert.equal(error.message.includes(`Sign in at ${site}/orgs/o/sso`), isPassedOn, `${origin}: ${site}`);
    }
  });

  it('does not wait for the reset of a primary limit that is not used up', () => {
    const headers = { 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': NOW / 1000 + 3_000 };
    assert.equal(classify(429, headers).retryAfter, '60');
  });

  it('reads Retry-After as seconds or as a date, and never says less than a second', () => {
    assert.equal(classify(429, { 'retry-after': 'Thu, 01 Jan 2026 00:02:00 GMT' }).retryAfter, '120');
    assert.equal(classify(429, { 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }).retryAfter, '1');
    assert.equal(classify(429, { 'retry-after': '0' }).retryAfter, '1');
  });

  it('passes on what was wrong with the request', () => {
    assert.deepEqual([classify(404).status, classify(404).code], [404, 'github_not_found']);
    assert.deepEqual([classify(422).status, classify(422).code], [422, 'github_rejected']);
  });

  it('says that GitHub is unavailable for everything else, and when to come back', () => {
    for (const status of [400, 410, 500, 502, 503, 504, undefined]) {
      const { status: told, code, retryAfter } = classify(status);
      assert.deepEqual([told, code, retryAfter], [503, 'github_unavailable', '10']);
    }
    assert.equal(classify(503, { 'retry-after': '30' }).retryAfter, '30');
  });

  it('keeps the cause for the log', () => {
    for (const status of [401, 403, 404, 422, 429, 500, undefined]) {
      assert.equal((classify(status).error.cause as Error).message, 'the cause');
    }
  });
});
