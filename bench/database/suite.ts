import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { PostgresStore } from '../../lib/enterprise/storage/postgres-store.ts';
import { DocumentCipher } from '../../lib/enterprise/tokens/document-cipher.ts';
import { loadEncryptionKeys } from '../../lib/enterprise/tokens/encryption-keys.ts';
import { GithubTokenManager } from '../../lib/enterprise/tokens/github-token-manager.ts';
import { Secret } from '../../lib/oss/secret.ts';
import { SettingsStore } from '../../lib/oss/settings/settings-store.ts';
import { newDatabase } from '../../test/services/databases.ts';
import { PostgresServer } from '../../test/services/engines/postgres-server.ts';
import { summarize } from '../rounds.ts';
import type { Result, Suite } from '../suite.ts';

const log = pino({ level: 'silent' });
const CONNECTIONS = 10;

const suite: Suite = {
  about:
    'what one process asks of one PostgreSQL, for docs/scaling.md (on Debian: apt-get install postgresql)',
  async run({ smoke }) {
    const server = await PostgresServer.start();
    try {
      const url = await newDatabase(server);
      const store = new PostgresStore({ url, log, maxConnections: CONNECTIONS });
      try {
        const users = smoke ? 20 : 2_000;
        const rounds = smoke ? 1 : 5;
        const results = await measureStore(store, users, rounds);
        const [{ bytes = 0 } = {}] = (await server.run(
          new URL(url.reveal()).pathname.slice(1),
          "SELECT pg_total_relation_size('openhands_documents') AS bytes",
        )) as { bytes?: string | number }[];
        results.claims.push({
          name: 'bytes of the table for a user, with its index',
          value: Number(bytes) / users,
        });
        return [results];
      } finally {
        await store.close();
      }
    } finally {
      await server.stop();
    }
  },
};
export default suite;

async function measureStore(
  store: PostgresStore,
  users: number,
  rounds: number,
): Promise<Result & { claims: { name: string; value: number }[] }> {
  const keys = await loadEncryptionKeys(store, new Secret(`k1:${randomBytes(32).toString('base64')}`));
  let issued = 0;
  const issue = () => {
    issued += 1;
    return {
      accessToken: new Secret(`ghu_${randomBytes(18).toString('hex')}`),
      // So that the next caller has to refresh.
      expiresAt: Date.now() - 1_000,
      refreshToken: new Secret(`ghr_${randomBytes(38).toString('hex')}`),
      refreshTokenExpiresAt: Date.now() + 86_400_000,
    };
  };
  // A GitHub that answers at once: what is measured is the database.
  const oauth = {
    refresh: () => Promise.resolve(issue()),
    revokeGrant: () => Promise.resolve('revoked' as const),
    knows: () => Promise.resolve(true),
  };
  const tokens = new GithubTokenManager({
    documents: store,
    oauth,
    encryption: new DocumentCipher(keys),
    log,
  });
  const ids = Array.from({ length: users }, (_, index) => String(100_000 + index));
  const settings = (id: string) => new SettingsStore(store, `users/github/${id}/settings.json`);

  const jobs: Record<string, (id: string) => Promise<unknown>> = {
    'save settings': (id) =>
      settings(id).update({ language: 'en', agent: 'CodeActAgent', max_iterations: 100 }),
    'keep a sign-in': (id) => tokens.store(id, issue()),
    'load settings': (id) => settings(id).load(),
    'refresh tokens': (id) => tokens.token(id),
  };
  const samples = new Map<string, number[]>(Object.keys(jobs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, job] of Object.entries(jobs)) {
      const start = process.hrtime.bigint();
      await forAll(ids, job);
      samples.get(name)?.push(Number(process.hrtime.bigint() - start) / 1e3 / users);
    }
  }
  await tokens.close();
  return {
    title: `One process on one PostgreSQL, ${CONNECTIONS} connections, 64 callers: time between two that are done`,
    unit: 'µs',
    timings: new Map([...samples].map(([name, taken]) => [name, summarize(taken)])),
    claims: [{ name: 'pairs of tokens issued', value: issued }],
  };
}

/** Sixty-four at a time. */
async function forAll(ids: readonly string[], job: (id: string) => Promise<unknown>): Promise<void> {
  const waiting = ids.values();
  const caller = async (): Promise<void> => {
    for (const id of waiting) await job(id);
  };
  await Promise.all(Array.from({ length: 64 }, caller));
}
