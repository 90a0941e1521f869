import pg from 'pg';
import { createClient } from 'redis';
import type { Relay } from '../../services/engines/relay.ts';
import type { ChaosSite } from './chaos-site.ts';

/** Something that fails, until it is mended. */
export interface Fault {
  readonly name: string;
  /** For how long at least, in milliseconds; 300 unless given. */
  readonly atLeastMs?: number;
  /** For how long at most, in milliseconds. */
  readonly atMostMs: number;
  /** @returns what mends it. */
  readonly strike: (site: ChaosSite, random: () => number) => Promise<() => Promise<void>>;
}

type Engine = 'postgres' | 'redis';

/** A connection that is silent for longer costs a lease, and with it the pair that its holder has not stored yet. */
const SILENCE_MS = 8_000;

/** What the connections to an engine can do, to those of one server or of all. */
function connectionFaults(engine: Engine): Fault[] {
  const harms: readonly [name: string, harm: (relay: Relay) => void, atMostMs: number][] = [
    ['black hole', (relay) => relay.blackhole(), SILENCE_MS],
    ['black hole for open connections', (relay) => relay.blackhole('open'), SILENCE_MS],
    ['black hole for new connections', (relay) => relay.blackhole('new'), SILENCE_MS],
    ['stalled', (relay) => relay.stall(), SILENCE_MS],
    ['cut', (relay) => relay.cut(), SILENCE_MS],
    ['cut once', (relay) => relay.cut('open'), 500],
    ['refused', refuse, SILENCE_MS],
    ['slow', (relay) => relay.delay({ toServerMs: 120, toClientMs: 120 }), 10_000],
  ];
  return harms.flatMap(([name, harm, atMostMs]) =>
    [true, false].map((all) => ({
      name: `${engine}: ${name}, ${all ? 'all servers' : 'one server'}`,
      atMostMs,
      strike({ servers }: ChaosSite, random: () => number) {
        const relays = (all ? servers : [oneOf(servers, random)]).map((server) => server[engine]);
        for (const relay of relays) harm(relay);
        return Promise.resolve(async () => {
          await Promise.all(relays.map((relay) => relay.restore()));
        });
      },
    })),
  );
}

/** As a process that is gone does it: what was open is reset as well. */
function refuse(relay: Relay): void {
  relay.cut('open');
  relay.refuse();
}

function locked(...tables: string[]): Fault {
  return {
    name: `postgres: ${tables.join(' and ')} locked`,
    atMostMs: 10_000,
    async strike({ postgres, database }) {
      const client = new pg.Client({ connectionString: postgres.url(database) });
      await client.connect();
      await client.query('BEGIN');
      await client.query(`LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE`);
      return () => client.end();
    },
  };
}

function killed(engine: Engine, signal: NodeJS.Signals): Fault {
  return {
    name: `${engine}: ${signal}`,
    atMostMs: 4_000,
    async strike(site) {
      await site[engine].kill(signal);
      return () => site[engine].restart();
    },
  };
}

const readOnly: Fault = {
  name: 'postgres: read-only',
  atMostMs: 8_000,
  async strike({ postgres }) {
    const set = async (how: string): Promise<void> => {
      await postgres.run('postgres', `ALTER SYSTEM ${how}`);
      await postgres.run('postgres', 'SELECT pg_reload_conf()');
    };
    await set('SET default_transaction_read_only = on');
    return () => set('RESET default_transaction_read_only');
  },
};

/** A stand-in for a full disk: the same SQLSTATE for every write, from a trigger. */
const full: Fault = {
  name: 'postgres: full (a trigger that answers 53100)',
  atMostMs: 8_000,
  async strike({ postgres, database }) {
    await postgres.run(
      database,
      `CREATE OR REPLACE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
       END $$;
       CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON openhands_documents
       FOR EACH ROW EXECUTE FUNCTION disk_full()`,
    );
    return async () => {
      await postgres.run(database, 'DROP TRIGGER disk_full ON openhands_documents');
    };
  },
};

function redisTold(name: string, harm: readonly string[], mend: readonly string[]): Fault {
  return {
    name: `redis: ${name}`,
    atMostMs: 8_000,
    async strike({ redis }) {
      const tell = async (command: readonly string[]): Promise<void> => {
        const client = createClient({ url: redis.url });
        await client.connect();
        await client.sendCommand([...command]);
        client.destroy();
      };
      await tell(harm);
      return () => tell(mend);
    },
  };
}

const redisHangs: Fault = {
  name: 'redis: SIGSTOP',
  atMostMs: 8_000,
  strike({ redis }) {
    redis.signal('SIGSTOP');
    return Promise.resolve(() => {
      redis.signal('SIGCONT');
      return Promise.resolve();
    });
  },
};

/** It counts as mended when its locks are free as well, which takes a lease of six seconds. */
const serverKilled: Fault = {
  name: 'a server: SIGKILL',
  atLeastMs: 8_000,
  atMostMs: 10_000,
  async strike({ servers }, random) {
    const server = oneOf(servers, random);
    await server.kill();
    return () => server.restart();
  },
};

/** Those of the database come one at a time, and beside them those of the rest. */
export const DATABASE_FAULTS: readonly Fault[] = [
  ...connectionFaults('postgres'),
  killed('postgres', 'SIGKILL'),
  killed('postgres', 'SIGQUIT'),
  locked('openhands_documents'),
  locked('openhands_locks'),
  locked('openhands_documents', 'openhands_locks'),
  readOnly,
  full,
];

/** A server is killed about every other time. */
export const OTHER_FAULTS: readonly Fault[] = [
  ...connectionFaults('redis'),
  killed('redis', 'SIGKILL'),
  redisHangs,
  redisTold('demoted', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']),
  redisTold('full', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']),
  ...Array.from({ length: 20 }, () => serverKilled),
];

export function oneOf<T>(all: readonly T[], random: () => number): T {
  return all[Math.floor(random() * all.length)]!;
}
