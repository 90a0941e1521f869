import { isError } from '../../oss/is-error.ts';
import type { RedisAddress } from './redis-url.ts';

const MOVED = /^MOVED \d+ (?<host>.*):(?<port>\d+)$/;

/**
 * Where a node of a Redis Cluster says that the keys are. They are all in one place, so one connection is enough for them,
 * and it need only lead there.
 *
 * @param from - the node that has said so. One without a name for the other means its own.
 * @returns undefined when the error says nothing of that kind.
 * @see https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#moved-redirection
 */
export function addressAfter(error: unknown, from: RedisAddress): RedisAddress | undefined {
  const moved = isError(error) ? MOVED.exec(error.message)?.groups : undefined;
  if (moved === undefined || !('host' in from.at)) return undefined;
  const { host = '', port } = moved;
  return { ...from, at: { ...from.at, host: host === '' ? from.at.host : host, port: Number(port) } };
}
