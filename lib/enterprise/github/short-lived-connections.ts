import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { whenLate } from '../../time-limit.ts';

/**
 * An agent for `url` whose connections serve one request each and are cut after `lifetimeMs`, whatever happens on them.
 *
 * Who stops waiting for simple-oauth2 leaves its connection open: with a GitHub in trouble, every try would leave one
 * more.
 *
 * @param lifetimeMs - milliseconds; longer than its user waits for an answer.
 */
export function shortLivedConnections(url: string, lifetimeMs: number): HttpAgent | HttpsAgent {
  const agent = new URL(url).protocol === 'https:' ? new HttpsAgent() : new HttpAgent();
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const connection = connect(options, callback);
    if (connection) endAfter(connection, lifetimeMs);
    return connection;
  };
  return agent;
}

function endAfter(connection: Duplex, lifetimeMs: number): void {
  connection.once(
    'close',
    whenLate(lifetimeMs, () => connection.destroy()),
  );
}
