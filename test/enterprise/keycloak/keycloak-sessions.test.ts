import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { AllowList } from '../../../lib/enterprise/auth/allow-list.ts';
import { type BegunSession, SignIn } from '../../../lib/enterprise/auth/sign-in.ts';
import { BrokerForm } from '../../../lib/enterprise/keycloak/broker-form.ts';
import { KeycloakUnavailableError } from '../../../lib/enterprise/keycloak/errors.ts';
import type { KeycloakClient } from '../../../lib/enterprise/keycloak/keycloak-client.ts';
import { KeycloakSessions } from '../../../lib/enterprise/keycloak/keycloak-sessions.ts';
import { KeycloakSignIn } from '../../../lib/enterprise/keycloak/keycloak-sign-in.ts';
import { LogoutDocuments } from '../../../lib/enterprise/keycloak/logout-documents.ts';
import { LogoutQueue } from '../../../lib/enterprise/keycloak/logout-queue.ts';
import { SessionDocuments } from '../../../lib/enterprise/keycloak/session-documents.ts';
import { DocumentCipher } from '../../../lib/enterprise/tokens/document-cipher.ts';
import { parseEncryptionKeys } from '../../../lib/enterprise/tokens/encryption-keys.ts';
import type { GithubTokenProvider } from '../../../lib/enterprise/tokens/github-token-provider.ts';
import type { GitHubService } from '../../../lib/oss/github/github-service.ts';
import type { LastProfile } from '../../../lib/oss/profile/last-profile.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { FailingStore, type StoreFault } from './failing-store.ts';
import { StandInKeycloak } from './stand-in-keycloak.ts';

const USER = '583231';
const log = pino({ level: 'silent' });
const cipher = new DocumentCipher(parseEncryptionKeys(`k1:${Buffer.alloc(32, 1).toString('base64')}`));
const RESPONSE = {
  code: new Secret('code'),
  state: 's',
  codeVerifier: 'v',
  redirectUri: 'https://openhands.example/oauth/keycloak/callback',
};

describe('Sessions behind Keycloak', () => {
  let files: string;
  let folders: string[];
  let time: number;
  let keycloak: StandInKeycloak;
  let closing: Set<() => Promise<void>>;
  let isAllowed: boolean;
  /** What happens while a sign-in has its tokens stored, and no session yet. */
  let meanwhile: () => Promise<void>;
  /** What happens when its session has begun. */
  let afterwards: () => Promise<void>;

  beforeEach(async () => {
    folders = [];
    await beginAfresh();
    time = 1_700_000_000_000;
    closing = new Set();
  });
  afterEach(async () => {
    keycloak.failure = undefined;
    for (const close of [...closing]) await close();
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  async function beginAfresh(): Promise<void> {
    files = await mkdtemp(join(tmpdir(), 'keycloak-sessions-'));
    folders.push(files);
    keycloak = new StandInKeycloak();
    isAllowed = true;
    meanwhile = () => Promise.resolve();
    afterwards = () => Promise.resolve();
  }

  /** One process. */
  function open({ retryEveryMs = 3_600_000 } = {}) {
    const store = new FailingStore({ path: files, log });
    const kept = new SessionDocuments(store, cipher);
    const logoutDocuments = new LogoutDocuments(store, cipher);
    const now = () => time;
    const client = keycloak as unknown as KeycloakClient;
    const logouts = new LogoutQueue({
      logouts: logoutDocuments,
      keycloak: client,
      isKept: ({ sub, sid }) => kept.holds(sub, sid),
      log,
      now,
      retryEveryMs,
    });
    const sessions = new KeycloakSessions({
      sessions: { documents: store, now },
      check: { keycloak: client, everyMs: 300_000, log },
      kept,
      logouts,
    });
    const provider = new KeycloakSignIn({
      keycloak: client,
      oauth: { revokeGrant: () => Promise.resolve('revoked') },
      sessions,
      logouts,
      form: new BrokerForm('manager', log),
      log,
      now,
    });
    const signIn = new SignIn({
      provider,
      sessions,
      tokens: {
        store: () => meanwhile(),
        signedIn: () => afterwards(),
      } as unknown as GithubTokenProvider,
      allowList: { allows: () => Promise.resolve(isAllowed) } as unknown as AllowList,
      githubServiceFor: () =>
        ({
          getUser: () => Promise.resolve({ id: Number(USER), login: 'octocat' }),
        }) as unknown as GitHubService,
      lastProfileOfUser: () => ({ seen: () => Promise.resolve() }) as unknown as LastProfile,
      replicaLagMs: 0,
      log,
    });
    const close = async () => {
      closing.delete(close);
      store.fault = undefined;
      await sessions.close();
      await store.close();
    };
    closing.add(close);
    return {
      store,
      kept,
      logouts,
      logoutDocuments,
      sessions,
      close,
      signIn: async () => {
        let session: BegunSession | undefined;
        await signIn.complete(RESPONSE, (begun) => (session = begun));
        return session!;
      },
    };
  }

  async function idsIn({ logoutDocuments }: ReturnType<typeof open>): Promise<string[]> {
    const ids: string[] = [];
    for await (const id of logoutDocuments.ids()) ids.push(id);
    return ids;
  }

  /** What another process finds once all grace is over: every session at Keycloak is lived on, or has been ended. */
  async function assertNothingIsLost(): Promise<void> {
    time += 3_600_000;
    const later = open({ retryEveryMs: 5 });
    const kept = (await later.kept.find(USER))?.session.sid;
    const expected = kept === undefined ? [] : [kept];
    for (let look = 0; look < 6_000 && keycloak.alive.size !== expected.length; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.deepEqual([...keycloak.alive], expected);
    await later.close();
  }

  it('end what a sign-in has begun only when that can have come to nothing', async () => {
    const one = open();
    const session = keycloak.begin();
    const notBefore = time + 600_000;
    await one.logouts.add({ ...session, notBefore });
    time = notBefore - 1;
    await one.logouts.attemptSoon(session);
    assert.deepEqual([...keycloak.alive], [session.sid]);
    time = notBefore;
    await one.logouts.attemptSoon(session);
    assert.deepEqual([...keycloak.alive], []);
    assert.deepEqual(await idsIn(one), []);
  });

  const FAULTS = [1, 2, 3, 4, 5, 6, 7].flatMap((at) =>
    [false, true].flatMap((isLasting) =>
      [false, true].map((isMade): StoreFault => ({ at, isLasting, isMade })),
    ),
  );
  const SIGN_INS = {
    'a first sign-in': () => Promise.resolve(),
    'a sign-in in another browser': async (one: ReturnType<typeof open>) => {
      await one.signIn();
      keycloak.nextSid = 'sid-2';
    },
    'a sign-in that joins the session before': async (one: ReturnType<typeof open>) => {
      await one.signIn();
    },
    'a sign-in that is turned away': () => {
      isAllowed = false;
      return Promise.resolve();
    },
    'a sign-in that joins, and is turned away': async (one: ReturnType<typeof open>) => {
      await one.signIn();
      isAllowed = false;
    },
  };

  for (const [what, prepare] of Object.entries(SIGN_INS)) {
    it(`lose nothing, whichever change the store fails at in ${what}`, async () => {
      for (const fault of FAULTS) {
        await beginAfresh();
        const one = open();
        await prepare(one);
        const before = await one.kept.find(USER);
        const generation = before && (await one.sessions.begin(USER));
        one.store.changes = 0;
        one.store.fault = fault;
        const outcome = await one.signIn().catch((error: unknown) => error as Error);
        const isSignedIn = !(outcome instanceof Error);
        await one.sessions.close();
        one.store.fault = undefined;
        const about = JSON.stringify(fault);
        if (isSignedIn) {
          assert.equal(await one.sessions.isActive(USER, outcome.generation), true, about);
          assert.equal((await one.kept.find(USER))?.session.sid, keycloak.nextSid, about);
        }
        // A sign-in of which the store has taken the session's begin, and no more, leaves none that nobody has a cookie of.
        else if (before === undefined && !fault.isLasting && !fault.isMade)
          assert.equal(await one.sessions.exist(USER), false, about);
        // Whoever was signed in before stays so, on a session that goes on.
        if (generation !== undefined)
          assert.equal(await one.sessions.isActive(USER, generation), true, about);
        if (before !== undefined)
          assert.ok(keycloak.alive.has((await one.kept.find(USER))!.session.sid), about);
        await assertNothingIsLost();
        await one.close();
      }
    }).timeout(60_000);
  }

  it('lose nothing when the process ends between any two changes of a sign-in', async () => {
    for (let at = 1; at <= 6; at += 1) {
      await beginAfresh();
      const one = open();
      await one.signIn();
      keycloak.nextSid = 'sid-2';
      one.store.changes = 0;
      // A process that has ended makes no further change, and asks Keycloak nothing.
      one.store.fault = { at, isLasting: true, isMade: false };
      const ending = keycloak.endSession.bind(keycloak);
      keycloak.endSession = () => Promise.reject(new KeycloakUnavailableError('is not asked'));
      await one.signIn().catch(() => undefined);
      await one.sessions.close();
      keycloak.endSession = ending;
      if (at > 1) await assertNothingIsLost();
    }
  });

  it('that Keycloak has ended are known as such to an answer that was under way, and stay so', async () => {
    const one = open();
    const { generation } = await one.signIn();
    assert.equal(one.sessions.hasEnded(USER, generation), false);
    await one.sessions.endedByKeycloak(USER, () => true);
    assert.equal(one.sessions.hasEnded(USER, generation), true);
    await one.signIn();
    assert.equal(one.sessions.hasEnded(USER, generation), true);
    assert.equal(await one.sessions.isActive(USER, generation), false);
  });

  it('are ended at once, or queued, when Keycloak fails after the code', async () => {
    const one = open();
    keycloak.failure = new KeycloakUnavailableError('is down');
    await assert.rejects(one.signIn());
    assert.equal((await idsIn(one)).length, 1);
    assert.deepEqual([...keycloak.alive], ['sid-1']);
    keycloak.failure = undefined;
    await assertNothingIsLost();
  });

  it('end wholly before or wholly behind a sign-in that comes at the same time', async () => {
    for (let round = 0; round < 20; round += 1) {
      keycloak.nextSid = `sid-${round}`;
      const [one, other] = [open(), open()];
      const [{ generation }] = await Promise.all([one.signIn(), other.sessions.end(USER)]);
      const kept = await one.kept.find(USER);
      const third = open();
      const isActive = await third.sessions.isActive(USER, generation);
      assert.equal(
        isActive,
        kept !== undefined,
        'Who is signed in is checked, and who is not has no session left',
      );
      if (kept !== undefined) assert.ok(keycloak.alive.has(kept.session.sid));
      await one.sessions.end(USER);
      for (const process of [one, other, third]) await process.close();
    }
    await assertNothingIsLost();
  });

  it('are not ended by an end that was queued before, when the same session has begun again', async () => {
    const one = open();
    await one.signIn();
    keycloak.failure = new KeycloakUnavailableError('is down');
    await one.sessions.end(USER);
    await one.sessions.close();
    assert.equal((await idsIn(one)).length, 1);
    keycloak.failure = undefined;
    const { generation } = await one.signIn();
    assert.deepEqual(await idsIn(one), []);
    await assertNothingIsLost();
    assert.equal(await one.sessions.isActive(USER, generation), true);
    assert.deepEqual([...keycloak.alive], ['sid-1']);
  });

  it('are not ended for an older sign-in that is given back while they join its session', async () => {
    const one = open();
    await one.signIn();
    const { session } = (await one.kept.find(USER))!;
    await one.sessions.endedByKeycloak(USER, () => true);
    meanwhile = () => one.logouts.giveBack(session);
    const { generation } = await one.signIn();
    assert.deepEqual([...keycloak.alive], ['sid-1']);
    assert.deepEqual(await idsIn(one), []);
    await assertNothingIsLost();
    assert.equal(await one.sessions.isActive(USER, generation), true);
  });

  it('end with a sign-in that has joined them and comes to nothing, though an older one was given back', async () => {
    const one = open();
    await one.signIn();
    const { session } = (await one.kept.find(USER))!;
    await one.sessions.endedByKeycloak(USER, () => true);
    meanwhile = async () => {
      await one.logouts.giveBack(session);
      throw new Error('The store is away.');
    };
    await assert.rejects(one.signIn());
    await assertNothingIsLost();
  });

  it('end here and at Keycloak with a sign-in that fails when they have begun', async () => {
    const one = open();
    afterwards = () => Promise.reject(new Error('GitHub says no.'));
    await assert.rejects(one.signIn());
    assert.equal(await one.sessions.exist(USER), false);
    await one.sessions.close();
    assert.deepEqual([...keycloak.alive], []);
    assert.deepEqual(await idsIn(one), []);
  });

  it('go on when one of several sign-ins fails, before the others or behind them', async () => {
    const [one, other] = [open(), open()];
    const { generation } = await one.signIn();
    keycloak.nextSid = 'sid-2';
    afterwards = () => Promise.reject(new Error('GitHub says no.'));
    await assert.rejects(one.signIn());
    assert.equal(await other.sessions.isActive(USER, generation), true);
    await assertNothingIsLost();
    await one.sessions.end(USER);

    let joined: BegunSession | undefined;
    afterwards = async () => {
      afterwards = () => Promise.resolve();
      joined = await other.signIn();
      throw new Error('GitHub says no.');
    };
    await assert.rejects(one.signIn());
    assert.equal(await one.sessions.isActive(USER, joined!.generation), true);
    await assertNothingIsLost();
  });

  it('are queued anew when they end again while the end before is under way', async () => {
    const one = open();
    await one.signIn();
    const ending = keycloak.endSession.bind(keycloak);
    let goOn = (): void => undefined;
    const wait = new Promise<void>((resolve) => (goOn = resolve));
    keycloak.endSession = async (refreshToken) => {
      await ending(refreshToken);
      await wait;
    };
    await one.sessions.end(USER);
    const again = one.signIn();
    goOn();
    await again;
    keycloak.failure = new KeycloakUnavailableError('is down');
    keycloak.endSession = () => Promise.reject(keycloak.failure!);
    await one.sessions.end(USER);
    assert.equal((await idsIn(one)).length, 1);
    keycloak.failure = undefined;
    keycloak.endSession = ending;
    await assertNothingIsLost();
  });
});
