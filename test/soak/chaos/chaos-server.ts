import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FakeGitHub } from '../../../lib/testing/index.ts';
import { ServerProcess } from '../../server-process.ts';
import { freePort } from '../../services/engines/program.ts';
import type { Relay } from '../../services/engines/relay.ts';
import { IssuedPairs } from './issued-pairs.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const RESTART_PAUSE_MS = 250;

/** One of several servers, at one address however often its process is killed, with relays of its own to what it needs. */
export class ChaosServer {
  readonly postgres: Relay;
  readonly redis: Relay;
  readonly url: string;
  readonly #github: FakeGitHub;
  readonly #env: Readonly<Record<string, string>>;
  readonly #ended: { readonly process: ServerProcess; readonly pairs: IssuedPairs }[] = [];
  #running: { readonly process: ServerProcess; readonly pairs: IssuedPairs } | undefined;

  private constructor(
    github: FakeGitHub,
    relays: { postgres: Relay; redis: Relay },
    port: number,
    env: Readonly<Record<string, string>>,
  ) {
    this.#github = github;
    this.postgres = relays.postgres;
    this.redis = relays.redis;
    this.url = `http://127.0.0.1:${port}`;
    this.#env = {
      ...env,
      PORT: String(port),
      DATABASE_URL: relays.postgres.through(env.DATABASE_URL!),
      REDIS_URL: relays.redis.through(env.REDIS_URL!),
    };
  }

  /** @param env - what all servers have in common, with the addresses of the engines themselves. */
  static async start(
    github: FakeGitHub,
    relays: { postgres: Relay; redis: Relay },
    env: Readonly<Record<string, string>>,
  ): Promise<ChaosServer> {
    const server = new ChaosServer(github, relays, await freePort(), env);
    await server.restart();
    return server;
  }

  /** Starts a process, again and again until one listens, as what supervises it would. */
  async restart(): Promise<void> {
    for (;;) {
      const pairs = await IssuedPairs.through(this.#github);
      const process = new ServerProcess({ ...this.#env, GITHUB_BASE_URL: pairs.url }, ROOT);
      const running = { process, pairs };
      const listens = await process.url().then(
        () => true,
        () => false,
      );
      if (listens) {
        this.#running = running;
        return;
      }
      this.#ended.push(running);
      await delay(RESTART_PAUSE_MS);
    }
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    this.#ended.push(running);
    await running.process.end('SIGKILL');
  }

  /** When GitHub last issued a pair for a user to the process that runs. */
  issuedAt(login: string): number {
    return this.#running?.pairs.at.get(login) ?? -Infinity;
  }

  /** The same of all processes that were killed. */
  issuedToTheKilledAt(login: string): number {
    return Math.max(-Infinity, ...this.#ended.map(({ pairs }) => pairs.at.get(login) ?? -Infinity));
  }

  /** What all processes here have logged, with the name of none. */
  get lines(): Record<string, unknown>[] {
    return [...this.#ended, ...(this.#running ? [this.#running] : [])].flatMap(
      ({ process }) => process.lines,
    );
  }

  async close(): Promise<void> {
    await this.kill();
    await Promise.all(this.#ended.map(({ pairs }) => pairs.close()));
    await Promise.all([this.postgres.close(), this.redis.close()]);
  }
}
