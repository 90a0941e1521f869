import { addressAfter } from './moved-address.ts';
import { RedisSession, type RedisSessionOptions } from './redis-session.ts';
import type { RedisAddress } from './redis-url.ts';
import { rest } from './rest.ts';

const BETWEEN_PROOFS_MS = 100;
/** From one node of a cluster to the one that has the keys; once more if they move meanwhile. */
const MOST_MOVES = 2;

/**
 * Connects to a Redis, or to the node of a cluster that has the keys, and has it prove that it does all it is used for.
 *
 * @param proofs - how often, in a row.
 * @throws what there was instead.
 */
export async function provenSession(
  address: RedisAddress,
  proofs: number,
  options: Omit<RedisSessionOptions, 'address'>,
): Promise<RedisSession> {
  let at = address;
  for (let moves = 0; ; moves += 1) {
    const session = await RedisSession.open({ ...options, address: at });
    try {
      await prove(session, proofs);
      return session;
    } catch (error) {
      const moved = addressAfter(error, at);
      if (moved === undefined || moves === MOST_MOVES) throw error;
      at = moved;
    }
  }
}

async function prove(session: RedisSession, times: number): Promise<void> {
  await session.prove();
  for (let proofs = 1; proofs < times; proofs += 1) {
    await rest(BETWEEN_PROOFS_MS, session.over);
    await session.prove();
  }
}
