/** What ends a session at Keycloak, and what only looks like it: what comes of each here. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../../eventually.ts';
import { openKeptByKeycloak } from './kept-by-keycloak.ts';
import { KeycloakSite, type KeycloakSiteOptions } from './keycloak-site.ts';
import type { RealBrowser } from './real-browser.ts';

const OCTOCAT = 583231;
const SESSION = `users/github/${OCTOCAT}/keycloak_session.json`;
const TOKENS = `users/github/${OCTOCAT}/github_token.json`;
const EVERY_MS = 300_000;

/** What the user's tokens at Keycloak are, as Keycloak has issued them. */
interface Issued {
  readonly refreshToken: string;
  readonly idToken: string;
}

interface Ending {
  readonly title: string;
  /** How Keycloak's session is ended, or is not. */
  readonly end: (site: KeycloakSite, issued: Issued, name: string) => Promise<unknown>;
  readonly undo?: (site: KeycloakSite, name: string) => Promise<unknown>;
  /** Logout tokens that Keycloak sends. */
  readonly told: number;
  /** Checks that come until it is known here. */
  readonly checks: number;
  /** Whether the session goes on here. */
  readonly goesOn: boolean;
}

const ofUser = async ({ realm }: KeycloakSite, name: string): Promise<string> =>
  `/users/${(await realm.user(name)).id}`;

const ENDINGS: readonly Ending[] = [
  {
    title: 'that session is deleted',
    end: async ({ realm }, _issued, name) => {
      const session = (await realm.sessions()).find(({ username }) => username === name);
      await realm.endSession(session!.id);
    },
    told: 1,
    checks: 0,
    goesOn: false,
  },
  {
    title: 'somebody logs out with its refresh token',
    end: ({ realm }, { refreshToken }) => realm.logout({ refresh_token: refreshToken }),
    told: 1,
    checks: 0,
    goesOn: false,
  },
  {
    title: 'its user is disabled',
    end: async (site, _issued, name) => site.realm.admin('PUT', await ofUser(site, name), { enabled: false }),
    undo: async (site, name) => site.realm.admin('PUT', await ofUser(site, name), { enabled: true }),
    told: 0,
    checks: 1,
    goesOn: false,
  },
  {
    title: 'its user is deleted',
    end: async (site, _issued, name) => site.realm.admin('DELETE', await ofUser(site, name)),
    told: 0,
    checks: 1,
    goesOn: false,
  },
  {
    title: "its user's consent is revoked",
    end: async (site, _issued, name) =>
      site.realm.admin('DELETE', `${await ofUser(site, name)}/consents/openhands`),
    told: 0,
    checks: 1,
    goesOn: false,
  },
  {
    title: 'its user is logged out in the console',
    end: async (site, _issued, name) => {
      // Keycloak refuses what is older than that by its clock, which it compares in whole seconds.
      await delay(1_000);
      await site.realm.admin('POST', `${await ofUser(site, name)}/logout`);
    },
    told: 0,
    checks: 1,
    goesOn: false,
  },
  {
    title: 'somebody logs out with its ID token, which spares offline sessions',
    end: ({ realm }, { idToken }) => realm.logout({ id_token_hint: idToken }),
    told: 0,
    checks: 1,
    goesOn: true,
  },
  {
    title: 'all of the realm are logged out',
    end: ({ realm }) => realm.admin('POST', '/logout-all'),
    told: 0,
    checks: 1,
    goesOn: false,
  },
];

interface Custody {
  readonly name: string;
  readonly open: (options: KeycloakSiteOptions) => Promise<KeycloakSite>;
  /** How the realm's provider names octocat. */
  readonly username: string;
  /** Whether the pair is in the store here. */
  readonly storesPair: boolean;
}

const CUSTODIES: readonly Custody[] = [
  {
    name: 'this server',
    open: (options) => KeycloakSite.open(options),
    username: String(OCTOCAT),
    storesPair: true,
  },
  { name: 'Keycloak', open: openKeptByKeycloak, username: 'octocat', storesPair: false },
];

for (const custody of CUSTODIES)
  describe(`What Keycloak ends, when ${custody.name} keeps the tokens`, () => {
    let site: KeycloakSite;
    let told: number;
    let issued: Issued;
    let octocat: RealBrowser;
    let hubot: RealBrowser;

    before(async function () {
      this.timeout(600_000);
      site = await custody.open({ backchannel: () => (told += 1) });
      hubot = await site.signedIn('hubot');
    });
    after(() => site.close());

    beforeEach(async () => {
      site.proxy.onAnswer = (body) => {
        const { refresh_token, id_token } = parsed(body);
        if (refresh_token !== undefined && id_token !== undefined)
          issued = { refreshToken: refresh_token, idToken: id_token };
      };
      octocat = await site.signedIn('octocat');
      // Keycloak is told to end the one before, and tells of that.
      await eventually(async () =>
        assert.deepEqual(
          (await site.documents()).filter((it) => it.startsWith('keycloak/logouts/')),
          [],
        ),
      );
      site.proxy.requests.length = 0;
      site.github.calls.clear();
      told = 0;
    });

    const checks = () => site.proxy.count('/protocol/openid-connect/token');

    /** Uses the session when a check is due, and waits for what comes of it. */
    async function check(): Promise<void> {
      const { checked_at } = await site.document(SESSION);
      site.github.clock.advance(EVERY_MS);
      assert.equal(await site.statusOf(octocat), 200);
      await eventually(async () => {
        const isThere = (await site.documents()).includes(SESSION);
        assert.notEqual(isThere ? (await site.document(SESSION)).checked_at : 'gone', checked_at);
      });
    }

    for (const { title, end, undo, told: expected, checks: needed, goesOn } of ENDINGS) {
      const what = goesOn ? 'goes on here' : `ends here, ${needed === 0 ? 'at once' : 'when it is checked'},`;
      it(`${what} when ${title}`, async () => {
        await end(site, issued, custody.username);
        try {
          await eventually(() => assert.equal(told, expected));
          if (needed > 0) await check();
          const status = goesOn ? 200 : 401;
          await eventually(async () => {
            assert.equal(await site.statusOf(octocat), status);
            assert.equal((await site.documents()).includes(SESSION), goesOn);
          });
          assert.equal(told, expected);
          assert.equal(checks(), needed);
          // The pair is GitHub's, of which Keycloak says nothing: the next sign-in replaces it.
          assert.equal((await site.documents()).includes(TOKENS), custody.storesPair);
          assert.deepEqual(site.github.calls.all, []);
          assert.equal(site.proxy.count('/broker/github/token'), 0);
          assert.equal(await site.statusOf(octocat, '/api/github/repositories'), status);
          assert.equal(site.github.tokens.hasGrant('octocat'), true);
          assert.equal(await site.statusOf(hubot), 200);
        } finally {
          await undo?.(site, custody.username);
        }
      });
    }
  });

function parsed(body: string): { refresh_token?: string; id_token?: string } {
  try {
    return JSON.parse(body) as { refresh_token?: string; id_token?: string };
  } catch {
    return {};
  }
}
