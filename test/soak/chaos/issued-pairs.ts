import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { FakeGitHub } from '../../../lib/testing/index.ts';

/**
 * Stands between one server process and GitHub, and notes for whom GitHub has issued a pair through it. When the process
 * is killed before it has stored such a pair, GitHub has ended the only one that the store knows.
 */
export class IssuedPairs {
  /** When GitHub last issued one, by login, on the monotonic clock. */
  readonly at = new Map<string, number>();
  readonly #github: FakeGitHub;
  readonly #server: Server;

  private constructor(github: FakeGitHub) {
    this.#github = github;
    this.#server = createServer((req, res) => void this.#pass(req, res));
  }

  static async through(github: FakeGitHub): Promise<IssuedPairs> {
    const pairs = new IssuedPairs(github);
    pairs.#server.listen(0, '127.0.0.1');
    await once(pairs.#server, 'listening');
    return pairs;
  }

  /** `GITHUB_BASE_URL` of the process. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #pass(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      const { hostname, port } = new URL(this.#github.url);
      const onward = request({ hostname, port, path: req.url, method: req.method, headers: req.headers });
      req.pipe(onward);
      const [answer] = (await once(onward, 'response')) as [IncomingMessage];
      const body = await buffer(answer);
      this.#note(req.url, body.toString());
      res.writeHead(answer.statusCode ?? 502, answer.headers).end(body);
    } catch {
      // The process was killed while it asked.
      res.destroy();
    }
  }

  #note(path: string | undefined, body: string): void {
    if (path !== '/login/oauth/access_token' || !body.startsWith('{')) return;
    const { access_token: token } = JSON.parse(body) as { access_token?: string };
    const login = token === undefined ? undefined : this.#github.tokens.holder(token)?.login;
    if (login !== undefined) this.at.set(login, performance.now());
  }
}
