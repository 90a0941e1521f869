/** One edition, installed: the real server in its own process, on a file store of its own, and a GitHub to talk to. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../demo/free-port.ts';
import { FakeGitHub } from '../../lib/testing/index.ts';
import { withClockShifted } from '../services/engines/shifted-clock.ts';
import { ServerProcess } from './server-process.ts';

type Variables = Readonly<Record<string, string>>;

export class Installation {
  readonly url: string;
  readonly github: FakeGitHub;
  readonly fileStore: string;
  readonly #variables: Variables;
  #server: ServerProcess | undefined;

  private constructor(url: string, github: FakeGitHub, fileStore: string, variables: Variables) {
    this.url = url;
    this.github = github;
    this.fileStore = fileStore;
    this.#variables = variables;
  }

  /** The OSS edition, with nobody's token yet. */
  static oss(variables: Variables = {}): Promise<Installation> {
    return Installation.#start(variables);
  }

  /** The Enterprise edition, as a GitHub App of the fake GitHub. */
  static enterprise(variables: Variables = {}): Promise<Installation> {
    return Installation.#start({
      OPENHANDS_CONFIG_CLS: './lib/enterprise/saas-server-config.ts#SaasServerConfig',
      ...variables,
    });
  }

  static async #start(variables: Variables): Promise<Installation> {
    const port = await freePort();
    const github = await FakeGitHub.listen();
    const fileStore = await mkdtemp(join(tmpdir(), 'openhands-browser-test-'));
    const installation = new Installation(`http://127.0.0.1:${port}`, github, fileStore, {
      PORT: String(port),
      FILE_STORE_PATH: fileStore,
      ...github.environment,
      // A test clicks faster than a person; the one about the limit sets its own.
      RATE_LIMIT: 'off',
      ...variables,
    });
    await installation.restart();
    return installation;
  }

  /** A new process on the same file store. */
  async restart(variables: Variables = {}): Promise<void> {
    await this.#server?.stop();
    this.#server = await ServerProcess.start({ ...this.#variables, ...variables });
  }

  /** Goes on so much later, as by the clock of the server and that of GitHub. */
  async restartLater(laterMs: number): Promise<void> {
    this.github.advance(laterMs);
    await this.restart({ NODE_OPTIONS: withClockShifted(laterMs) });
  }

  /** Stops the server only: the page stays open, and finds nobody. */
  async stopServer(): Promise<void> {
    await this.#server?.stop();
  }

  async remove(): Promise<void> {
    await this.#server?.stop();
    await this.github.close();
    await rm(this.fileStore, { recursive: true, force: true });
  }
}
