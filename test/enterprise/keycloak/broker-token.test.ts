import assert from 'node:assert/strict';
import { readBrokerToken } from '../../../lib/enterprise/keycloak/broker-token.ts';

const NOW = 1_700_000_000_000;

function read(body: string) {
  const found = readBrokerToken(body, NOW);
  return (
    found && {
      token: found.tokens.accessToken.reveal(),
      expiresAt: found.tokens.expiresAt,
      refreshToken: found.tokens.refreshToken?.reveal(),
      isRefreshedByKeycloak: found.isRefreshedByKeycloak,
    }
  );
}

describe('The answer of the broker endpoint', () => {
  it('is read as a form, as Keycloak keeps it without refreshing it', () => {
    const body =
      'access_token=ghu_a&expires_in=28800&refresh_token=ghr_b&refresh_token_expires_in=15897600&scope=&token_type=bearer';
    assert.deepEqual(read(body), {
      token: 'ghu_a',
      expiresAt: NOW + 28_800_000,
      refreshToken: 'ghr_b',
      isRefreshedByKeycloak: false,
    });
  });

  it('is read as JSON, of which it is said that Keycloak refreshes it', () => {
    const body = '\uFEFF{"access_token":"ghu_a","expires_in":28800,"refresh_token":"ghr_b","scope":""}\n';
    assert.deepEqual(read(body), {
      token: 'ghu_a',
      expiresAt: NOW + 28_800_000,
      refreshToken: 'ghr_b',
      isRefreshedByKeycloak: true,
    });
  });

  it('ends when Keycloak says so, since its lifetime is as it was on the day of its issue', () => {
    const body = (endsAt: number) =>
      `{"access_token":"ghu_a","expires_in":28800,"refresh_token":"ghr_b","accessTokenExpiration":${endsAt}}`;
    assert.equal(read(body(NOW / 1000 + 60))?.expiresAt, NOW + 60_000);
    assert.equal(read(body(NOW / 1000 + 90_000))?.expiresAt, NOW + 28_800_000);
    assert.equal(read(body(0))?.expiresAt, NOW + 28_800_000);
  });

  it('has a token without an end when the App has expiry switched off', () => {
    for (const body of [
      'access_token=ghu_a&scope=',
      '{"access_token":"ghu_a","expires_in":0,"accessTokenExpiration":1}',
    ]) {
      assert.deepEqual(read(body), {
        token: 'ghu_a',
        expiresAt: undefined,
        refreshToken: undefined,
        isRefreshedByKeycloak: false,
      });
    }
  });

  for (const body of [
    '',
    'null',
    '[]',
    '{"message":"API rate limit exceeded"}',
    '{"error":"bad_refresh_token","error_description":"access_token"}',
    'error=bad_refresh_token&expires_in=28800',
    '{"access_token":""}',
    '{"access_token":null}',
    '<html>access_token</html>',
  ]) {
    it(`has no token in ${body === '' ? 'nothing' : body}`, () => assert.equal(read(body), undefined));
  }
});
