/**
 * One port with two workers, and with one process; beside it what two workers of Node's cluster that do nothing but answer gain on
 * the same machine. Two cores cannot show twice the throughput while the clients need one of them, so what counts is the
 * busiest process: it is the first to be full where each has a core of its own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { Sessions } from '../../lib/enterprise/auth/sessions.ts';
import { SignedValues } from '../../lib/enterprise/auth/signed-values.ts';
import { Secret } from '../../lib/oss/secret.ts';
import { CONNECTIONS, environment } from '../load/loads.ts';
import { openStoreAt, storeSettings, USERS } from '../load/users.ts';
import { summarize } from '../rounds.ts';
import { ServerWithWorkers } from '../server-with-workers.ts';
import type { Suite } from '../suite.ts';
import { BareServer } from './bare-server.ts';

/** A server in processes of its own. */
type Server = Pick<ServerWithWorkers, 'url' | 'cpuMicros' | 'stop'>;
type Start = (env: Readonly<Record<string, string>>) => Promise<Server>;

const ONE = 'one process';
const TWO = 'two workers';
const BARE = { 'bare node:http': 'node', 'bare Express': 'express' } as const;
const CONTENDERS: Readonly<Record<string, Start>> = {
  [ONE]: (env) => ServerWithWorkers.start(undefined, env),
  'one worker': (env) => ServerWithWorkers.start(1, env),
  [TWO]: (env) => ServerWithWorkers.start(2, env),
  ...Object.fromEntries(
    Object.entries(BARE).flatMap(([name, kind]) => [
      [`${name}, ${ONE}`, () => BareServer.start(kind, 0)],
      [`${name}, ${TWO}`, () => BareServer.start(kind, 2)],
    ]),
  ),
};

/** Of a request, in microseconds. */
interface Share {
  /** The time between two answers. */
  readonly wall: number;
  /** CPU time of the process that has the most of it. */
  readonly busiest: number;
  /** What the busiest process has of the CPU time of all, from 0 to 1: half, were it shared evenly by two. */
  readonly share: number;
  /** CPU time of all processes of the server, and of the clients. */
  readonly server: number;
  readonly clients: number;
}

const suite: Suite = {
  about:
    'an authenticated route of the Enterprise edition, by one process and by workers on one port (Linux)',
  async run({ smoke }) {
    const [rounds, seconds] = smoke ? [1, 1] : [8, 3];
    const shares = await measure(rounds, seconds);
    const timings = (of: (share: Share) => number) =>
      new Map([...shares].map(([name, all]) => [name, summarize(all.map(of))]));
    const [busiest, wall] = [timings(({ busiest }) => busiest), timings(({ wall }) => wall)];
    const least = (of: (share: Share) => number) => timings(of).get(ONE)?.minimum ?? NaN;
    const [server, clients] = [least((share) => share.server), least((share) => share.clients)];
    const gain = (table: typeof wall, prefix = '') =>
      (table.get(prefix + ONE)?.minimum ?? NaN) / (table.get(prefix + TWO)?.minimum ?? NaN);
    const bare = (table: typeof wall) =>
      Object.keys(BARE).map((name) => ({
        name: `${name}: ${TWO} / ${ONE}`,
        value: gain(table, `${name}, `),
      }));
    return [
      {
        title: 'CPU time of the busiest process for one request to the server',
        unit: 'µs',
        timings: busiest,
        claims: [
          {
            name: `throughput with a core for each process: ${TWO} / ${ONE}`,
            value: gain(busiest),
            above: 1.7,
          },
          ...bare(busiest),
        ],
      },
      {
        title: `GET /api/settings, ${CONNECTIONS} connections: time between two answers`,
        unit: 'µs',
        timings: wall,
        claims: [
          { name: `throughput here: ${TWO} / ${ONE}`, value: gain(wall) },
          ...bare(wall),
          { name: 'at most, on two cores with the clients', value: (2 * server) / (server + clients) },
        ],
      },
      {
        title: 'CPU time of all processes of the server',
        unit: 'µs',
        timings: timings((share) => share.server),
      },
      {
        title: 'What the busiest process has of that',
        unit: '1 = all of it',
        timings: timings(({ share }) => share),
      },
    ];
  },
};
export default suite;

async function measure(rounds: number, seconds: number): Promise<Map<string, Share[]>> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-workers-store-'));
  const servers = new Map<string, Server>();
  const shares = new Map<string, Share[]>();
  try {
    await storeSettings(folder);
    const env: Record<string, string> = { ...environment(folder), FILE_STORE_PATH: folder };
    const cookies = await cookiesFor(folder, env.COOKIE_SECRETS ?? '');
    for (const [name, start] of Object.entries(CONTENDERS)) servers.set(name, await start(env));
    for (const server of servers.values()) await load(server, cookies, seconds);
    for (let round = 0; round < rounds; round++) {
      for (const [name, server] of servers)
        shares.set(name, [...(shares.get(name) ?? []), await load(server, cookies, seconds)]);
    }
    return shares;
  } finally {
    for (const server of servers.values()) await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function cookiesFor(folder: string, secret: string): Promise<string[]> {
  const documents = openStoreAt(folder);
  const sessions = new Sessions({ documents, now: Date.now });
  const values = new SignedValues({ secrets: [new Secret(secret)], now: Date.now });
  try {
    return await Promise.all(
      USERS.map(async (github_user_id) => {
        const generation = await sessions.begin(github_user_id);
        return `openhands_auth=${values.write('openhands_auth', { github_user_id, generation }, 86_400_000)}`;
      }),
    );
  } finally {
    await documents.close();
  }
}

async function load(server: Server, cookies: readonly string[], seconds: number): Promise<Share> {
  const before = await server.cpuMicros();
  const clients = process.cpuUsage();
  let connection = 0;
  const result = await autocannon({
    url: `${server.url}/api/settings`,
    connections: CONNECTIONS,
    duration: seconds,
    // autocannon goes on with a connection that the server ends after its thousandth request.
    reconnectRate: 500,
    setupClient: (client) => client.setHeaders({ cookie: cookies[connection++ % cookies.length] ?? '' }),
  });
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0) throw new Error(`${failed} requests failed.`);
  const { user, system } = process.cpuUsage(clients);
  const used = (await server.cpuMicros()).map((micros, at) => micros - (before[at] ?? 0));
  const requests = result['2xx'];
  const all = used.reduce((sum, micros) => sum + micros, 0);
  return {
    wall: (result.duration * 1e6) / requests,
    busiest: Math.max(...used) / requests,
    share: Math.max(...used) / all,
    server: all / requests,
    clients: (user + system) / requests,
  };
}
