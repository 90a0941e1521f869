/** `store()` of a user who signs in again: durable, and at the same cost however many users there are. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Low } from 'lowdb';
import { JSONFile } from 'lowdb/node';
import type { GithubTokenManager } from '../../lib/enterprise/tokens/github-token-manager.ts';
import { type Contender, measure } from '../rounds.ts';
import { ratio, type Result } from '../suite.ts';
import { someTokens, tokenManager } from './manager.ts';

/** Users are met in an order that jumps to and fro. */
const STRIDE = 7_919;

export async function durableStore(smoke: boolean): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-tokens-'));
  const [few, many] = smoke ? ([10, 100] as const) : ([100, 100_000] as const);
  const stores = [await storeOf(folder, few), await storeOf(folder, many)];
  const files = [await oneFile(folder, few), await oneFile(folder, many)];
  const contenders = [...stores.map(({ contender }) => contender), ...files];
  try {
    const nanoseconds = await measure(contenders, { rounds: smoke ? 2 : 60, times: 1 });
    const timings = new Map(
      [...nanoseconds].map(([name, { minimum, median }]) => [
        name,
        { minimum: minimum / 1e6, median: median / 1e6 },
      ]),
    );
    const names = contenders.map(({ name }) => name);
    return {
      title: 'store(), durable: temporary file, fsync, rename, fsync of the folder, under a lock',
      unit: 'ms',
      timings,
      claims: [
        ratio(timings, [names[1] ?? '', names[0] ?? ''], 1.3),
        ratio(timings, [names[3] ?? '', names[2] ?? '']),
      ],
    };
  } finally {
    for (const { manager } of stores) await manager.close();
    await rm(folder, { recursive: true });
  }
}

async function storeOf(
  parent: string,
  users: number,
): Promise<{ contender: Contender; manager: GithubTokenManager }> {
  const folder = join(parent, `store-of-${users}`);
  const manager = tokenManager({ folder });
  await manager.store('1', someTokens());
  // As documents of the others serve copies of the first. It takes long enough without a lock and two fsyncs for each.
  const document = await readFile(join(folder, 'users/github/1/github_token.json'), 'utf8');
  for (let id = 2; id <= users; id++) {
    const userFolder = join(folder, 'users/github', String(id));
    mkdirSync(userFolder, { mode: 0o700 });
    writeFileSync(join(userFolder, 'github_token.json'), document, { mode: 0o600 });
  }
  const run = async (times: number) => {
    for (let n = 0; n < times; n++) await manager.store(next(), someTokens());
  };
  const next = inTurn(users);
  return { contender: { name: `store(), ${number(users)} users`, run }, manager };
}

/** lowdb as it is most often used: one file for all. It is not even synced to the disk. */
async function oneFile(folder: string, users: number): Promise<Contender> {
  const path = join(folder, `${users}-users.json`);
  const entry = () => {
    const { accessToken, refreshToken, ...times } = someTokens();
    return { access_token: accessToken.reveal(), refresh_token: refreshToken?.reveal(), ...times };
  };
  const all = Array.from({ length: users }, (_, index) => [String(index + 1), entry()] as const);
  const db = new Low(new JSONFile<Record<string, unknown>>(path), Object.fromEntries(all));
  await db.write();
  const next = inTurn(users);
  const run = async (times: number) => {
    for (let n = 0; n < times; n++) {
      db.data[next()] = entry();
      await db.write();
    }
  };
  return { name: `one lowdb file, ${number(users)} users`, run };
}

function inTurn(users: number): () => string {
  let met = 0;
  return () => String(1 + ((STRIDE * met++) % users));
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
