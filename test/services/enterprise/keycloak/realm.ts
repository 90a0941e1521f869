import { randomBytes } from 'node:crypto';
import type { KeycloakServer } from '../../../../demo/keycloak/keycloak-server.ts';
import { realmOf } from '../../../../demo/keycloak/realm-template.ts';
import type { FakeGitHub } from '../../../../lib/testing/index.ts';
import { realmKeys } from './realm-keys.ts';

interface Identity {
  readonly id: string;
  readonly username: string;
}

interface OfflineSession {
  readonly id: string;
  readonly username: string;
  /** When it began, in milliseconds since the epoch. */
  readonly start: number;
}

/** What of the template a test changes. */
export interface RealmTemplate {
  readonly clients: readonly Readonly<Record<string, unknown>>[];
  readonly identityProviders: readonly Readonly<Record<string, unknown>>[];
  readonly components: Readonly<Record<string, unknown>>;
}

/** What of a realm is different from the template; undefined leaves it to Keycloak. */
export type RealmChanges = Record<string, unknown> | ((template: RealmTemplate) => Record<string, unknown>);

/** A realm of its own in a Keycloak, made of the template that ships, for one server and one fake GitHub. */
export class Realm {
  readonly name: string;
  /** The variables of a server whose realm this is. */
  readonly env: Readonly<Record<string, string>>;
  readonly #keycloak: KeycloakServer;

  private constructor(name: string, keycloak: KeycloakServer, env: Readonly<Record<string, string>>) {
    this.name = name;
    this.#keycloak = keycloak;
    this.env = env;
  }

  /**
   * @param publicUrl - of the server that signs people in with it.
   * @param changes - what of the realm is different.
   */
  static async create(
    keycloak: KeycloakServer,
    github: FakeGitHub,
    publicUrl: string,
    changes: RealmChanges = {},
  ): Promise<Realm> {
    const name = `realm-${randomBytes(4).toString('hex')}`;
    const env = {
      KEYCLOAK_SERVER_URL: keycloak.url,
      KEYCLOAK_REALM_NAME: name,
      KEYCLOAK_CLIENT_ID: 'openhands',
      KEYCLOAK_CLIENT_SECRET: randomBytes(16).toString('hex'),
    };
    const values = { ...env, ...github.environment, PUBLIC_URL: publicUrl };
    const template = (await realmOf(values)) as RealmTemplate;
    const realm = { ...template, components: { ...template.components, ...(await realmKeys()) } };
    const changed = typeof changes === 'function' ? changes(realm) : changes;
    await keycloak.admin('POST', '', { ...realm, ...changed });
    return new Realm(name, keycloak, env);
  }

  /** @param username - the GitHub id, or where the type of the provider is `github`, the login. */
  async user(username: number | string): Promise<Identity> {
    const users = (await this.admin('GET', `/users?username=${username}&exact=true`)) as Identity[];
    const [user] = users;
    if (user === undefined) throw new Error(`The realm knows no user ${username}.`);
    return user;
  }

  /** The offline sessions of this server's client. */
  async sessions(): Promise<OfflineSession[]> {
    const [client] = (await this.admin('GET', '/clients?clientId=openhands')) as { id: string }[];
    return (await this.admin('GET', `/clients/${client!.id}/offline-sessions`)) as OfflineSession[];
  }

  /** Ends an offline session, of which Keycloak tells over the back channel. */
  async endSession(sid: string): Promise<void> {
    await this.admin('DELETE', `/sessions/${sid}?isOffline=true`);
  }

  /** The end session endpoint, with this server's client: https://openid.net/specs/openid-connect-rpinitiated-1_0.html */
  async logout(hint: { readonly refresh_token: string } | { readonly id_token_hint: string }): Promise<void> {
    const { KEYCLOAK_CLIENT_ID: client_id = '', KEYCLOAK_CLIENT_SECRET: client_secret = '' } = this.env;
    const address = `${this.#keycloak.url}/realms/${this.name}/protocol/openid-connect/logout`;
    const form = new URLSearchParams({ client_id, client_secret, ...hint });
    const answer = await fetch(address, { method: 'POST', body: form });
    if (!answer.ok)
      throw new Error(`Keycloak answers a logout with ${answer.status}: ${await answer.text()}`);
  }

  /** Signs with a new key from now on; the others stay known. */
  async addSigningKey(): Promise<void> {
    const { id } = (await this.admin('GET', '')) as { id: string };
    await this.admin('POST', '/components', {
      name: 'newer',
      providerId: 'rsa-generated',
      providerType: 'org.keycloak.keys.KeyProvider',
      parentId: id,
      config: { priority: ['500'], keySize: ['2048'], algorithm: ['RS256'] },
    });
  }

  admin(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#keycloak.admin(method, `/${this.name}${path}`, body);
  }

  async remove(): Promise<void> {
    await this.admin('DELETE', '');
  }
}
