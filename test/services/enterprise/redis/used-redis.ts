/** A connection to Redis as a server has it, and what it says in the log. */
import { pino } from 'pino';
import { RedisConnection } from '../../../../lib/enterprise/redis/redis-connection.ts';
import { errorForLog } from '../../../../lib/oss/error-for-log.ts';
import { Secret } from '../../../../lib/oss/secret.ts';

export const IN_TIME = 'Redis does not answer in time; this process goes on alone';
export const AWAY = 'Redis is away; this process goes on alone';
export const REFUSES = 'Redis refuses what it is asked; this process goes on alone';
export const BACK = 'Redis is back';

/** A line of the log. */
export interface Line {
  readonly msg: string;
  readonly reason?: string;
  readonly advice?: string;
  readonly err?: { readonly message: string };
}

export interface UsedRedis {
  readonly redis: RedisConnection;
  readonly lines: readonly Line[];
  /** The messages. */
  said(): string[];
}

/** Opens a connection. It is to be closed. @param timeoutMs - how long an answer may take; as in a server unless given. */
export async function useRedis(url: string, prefix = 'test:', timeoutMs?: number): Promise<UsedRedis> {
  const lines: Line[] = [];
  const log = pino(
    { serializers: { err: errorForLog } },
    { write: (line) => void lines.push(JSON.parse(line) as Line) },
  );
  const redis = new RedisConnection({
    url: new Secret(url),
    prefix,
    log,
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  await redis.open();
  return { redis, lines, said: () => lines.map(({ msg }) => msg) };
}
