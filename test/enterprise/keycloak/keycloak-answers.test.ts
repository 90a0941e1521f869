import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import {
  InvalidGrantError,
  KeycloakMisconfiguredError,
  KeycloakUnavailableError,
} from '../../../lib/enterprise/keycloak/errors.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { StandInRealm } from './stand-in-realm.ts';

function says(status: number, body: string, type = 'application/json'): RequestListener {
  return (_req, res) => void res.writeHead(status, { 'content-type': type }).end(body);
}
const error = (name: string, description?: string) =>
  JSON.stringify({ error: name, ...(description !== undefined && { error_description: description }) });

/** What Keycloak, or what stands before it, may answer to a check, and says nothing about the session. */
const SAYING_NOTHING: Readonly<Record<string, RequestListener>> = {
  'HTML with 502': says(502, '<html>', 'text/html'),
  'HTML with 200': says(200, '<html>', 'text/html'),
  'HTML with 400': says(400, '<html>invalid_grant</html>', 'text/html'),
  'nothing with 200': says(200, ''),
  'nothing with 400': says(400, ''),
  '204': (_req, res) => void res.writeHead(204).end(),
  'a redirect': (_req, res) => void res.writeHead(302, { location: '/elsewhere' }).end(),
  'malformed JSON with 200': says(200, '{"access_token":'),
  'malformed JSON with 400': says(400, '{"error":"invalid_grant"'),
  'JSON that is no object': says(400, '"invalid_grant"'),
  'an error that is no string': says(400, '{"error":{"invalid_grant":true}}'),
  'an empty object': says(400, '{}'),
  'a truncated answer': (_req, res) => {
    res.writeHead(400, { 'content-type': 'application/json', 'content-length': '500' });
    res.write(error('invalid_grant'));
    res.destroy();
  },
  'a reset': (req) => void req.socket.resetAndDestroy(),
  'no answer in time': () => undefined,
  'half an answer in time': (_req, res) => {
    res.writeHead(400, { 'content-type': 'application/json' });
    res.write('{"error":"invalid_grant"');
  },
  'an answer without end': (_req, res) => {
    res.writeHead(400, { 'content-type': 'application/json' });
    res.end(`${error('invalid_grant')}${' '.repeat(2 * 1024 * 1024)}`);
  },
  'tokens without an access token': says(200, '{"token_type":"Bearer","refresh_token":"r"}'),
  'the right word with 200': says(200, error('invalid_grant')),
  'the right word with 401': says(401, error('invalid_grant')),
  'the right word with 403': says(403, error('invalid_grant')),
  'the right word with 404': says(404, error('invalid_grant')),
  'the right word with 429': says(429, error('invalid_grant')),
  'the right word with 500': says(500, error('invalid_grant')),
  'the right word with 503': says(503, error('invalid_grant')),
  'a rate limit': says(429, error('slow_down')),
  'that it is starting': says(503, error('temporarily_unavailable')),
  'that the client is refused': says(401, error('invalid_client')),
  'that the client may not': says(
    401,
    error('unauthorized_client', 'Invalid client or Invalid client credentials'),
  ),
  'that the realm is disabled': says(403, error('access_denied', 'Realm not enabled')),
  'that there is no realm': says(404, error('Realm does not exist')),
  'that the scope is wrong': says(400, error('invalid_scope')),
  'that the request is wrong': says(400, error('invalid_request')),
  'that the grant type is off': says(400, error('unsupported_grant_type')),
  'that the token is of another issuer': says(
    400,
    error('invalid_grant', 'Invalid token issuer. Expected x'),
  ),
  'that the token is of another client': says(
    400,
    error('invalid_grant', "Invalid refresh token. Token client and authorized client don't match"),
  ),
  'an attestation that is missing': says(400, error('invalid_grant', 'Client attestation is missing')),
};

describe('What Keycloak answers to a check', () => {
  let realm: StandInRealm;

  beforeEach(async () => {
    realm = await StandInRealm.listen();
  });
  afterEach(() => realm.close());

  const refused = () =>
    realm.client.refresh(new Secret('rt')).then(
      () => assert.fail('The session is said to go on'),
      (thrown: unknown) => thrown,
    );

  for (const [what, answer] of Object.entries(SAYING_NOTHING)) {
    it(`says nothing about a session when it is ${what}`, async () => {
      realm.token = answer;
      const thrown = await refused();
      assert.ok(
        thrown instanceof KeycloakUnavailableError || thrown instanceof KeycloakMisconfiguredError,
        String(thrown),
      );
    });
  }

  for (const said of [
    undefined,
    'Token is not active',
    'Session not active',
    'Offline user session not found',
    'User disabled',
  ]) {
    it(`ends a session by invalid_grant ${said ?? 'without a word'}`, async () => {
      realm.token = says(400, error('invalid_grant', said));
      const thrown = await refused();
      assert.ok(thrown instanceof InvalidGrantError && !thrown.wasUsedBefore, String(thrown));
    });
  }

  it('tells the operator which of them has to be mended', async () => {
    realm.token = SAYING_NOTHING['that the client is refused']!;
    assert.match(
      ((await refused()) as KeycloakMisconfiguredError).reason,
      /^Keycloak refuses this server as its client/,
    );
    realm.token = SAYING_NOTHING['that the scope is wrong']!;
    assert.match(((await refused()) as KeycloakMisconfiguredError).reason, /"invalid_scope"/);
    for (const name of [
      'a rate limit',
      'that it is starting',
      'the right word with 429',
      'the right word with 500',
    ]) {
      realm.token = SAYING_NOTHING[name]!;
      assert.ok((await refused()) instanceof KeycloakUnavailableError, name);
    }
  });

  it('is the next refresh token, or the same one again', async () => {
    realm.token = says(200, '{"access_token":"a","token_type":"Bearer","refresh_token":"next"}');
    assert.equal((await realm.client.refresh(new Secret('rt'))).refreshToken.reveal(), 'next');
    realm.token = says(200, '{"access_token":"a","token_type":"Bearer"}');
    assert.equal((await realm.client.refresh(new Secret('rt'))).refreshToken.reveal(), 'rt');
  });
});
