/** The endpoints that the owner of the app calls about a user's token, with the app's own credentials. */
import { createHash } from 'node:crypto';
import { type Answer, type Call, failure, field, invalid, json, type Route } from './answer.ts';
import type { FakeGitHubApp } from './app.ts';
import type { Directory } from './directory.ts';
import type { Addresses, Representation } from './representation.ts';
import type { TokenHolder, Tokens } from './tokens.ts';

export interface ApplicationsOptions {
  readonly app: FakeGitHubApp;
  readonly addresses: Addresses;
  readonly directory: Directory;
  readonly represent: Representation;
  readonly tokens: Tokens;
}

/** @see https://docs.github.com/rest/apps/oauth-applications */
export function applicationRoutes(options: ApplicationsOptions): Route[] {
  const { app, addresses, directory, represent, tokens } = options;

  /** Calls `then` with a token of this app that lives; anything else is refused as GitHub does. */
  const withToken = (then: (token: string, holder: TokenHolder) => Answer) => (call: Call) => {
    if (!isApp(call, app)) return failure(404, 'Not Found');
    const token = field(call, 'access_token');
    if (token === undefined || token === '') return invalid('OauthAccess', 'access_token', 'missing_field');
    const holder = tokens.holder(token);
    return holder?.kind === 'user-to-server' ? then(token, holder) : failure(404, 'Not Found');
  };
  const gone: Answer = { status: 204, headers: {}, body: '' };

  return [
    {
      on: 'DELETE /applications/{client_id}/grant',
      handle: withToken((_token, { login }) => {
        tokens.revokeGrant(login);
        return gone;
      }),
    },
    {
      on: 'DELETE /applications/{client_id}/token',
      handle: withToken((token) => {
        tokens.revoke(token);
        return gone;
      }),
    },
    {
      on: 'POST /applications/{client_id}/token',
      handle: withToken((token, { login, issuedAt, expiresAt }) => {
        const user = directory.user(login);
        const issued = new Date(issuedAt).toISOString();
        return json(200, {
          id: user.id,
          url: `${addresses.api}/authorizations/${user.id}`,
          app: { name: app.name, url: `${addresses.web}/apps/${app.slug}`, client_id: app.clientId },
          token,
          hashed_token: createHash('sha256').update(token).digest('hex'),
          token_last_eight: token.slice(-8),
          note: null,
          note_url: null,
          created_at: issued,
          updated_at: issued,
          scopes: [],
          fingerprint: null,
          expires_at: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
          user: represent.account(user),
        });
      }),
    },
  ];
}

/** Basic authentication with the client id, which is also in the path, and the client secret. */
function isApp(call: Call, { clientId, clientSecret }: FakeGitHubApp): boolean {
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  return call.params.client_id === clientId && call.headers.authorization === `Basic ${credentials}`;
}
