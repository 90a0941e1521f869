/** What a page of the stack inspector is told by a server in processes of its own. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import type { RequestRecord } from '../../lib/inspector/index.ts';

/** What a page holds that watches the stream of one worker. */
export class WatchedPage {
  readonly records = new Map<number, RequestRecord>();
  readonly #agent: Agent;
  readonly #events: AsyncGenerator<readonly [name: string, data: unknown]>;
  /** The process whose requests alone are told. */
  only = '';
  isComplete = false;

  private constructor(agent: Agent, stream: IncomingMessage) {
    this.#agent = agent;
    this.#events = eventsOf(stream.setEncoding('utf8'));
  }

  /** On a connection of its own, which goes to the worker whose turn it is; it makes a request for `/api/by-the-page` before. */
  static async open(url: string): Promise<WatchedPage> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async (path: string) => {
      const [response] = (await once(get(url + path, { agent }), 'response')) as [IncomingMessage];
      return response;
    };
    await once((await ask('/api/by-the-page')).resume(), 'end');
    const stream = await ask('/stack/events');
    assert.equal(stream.statusCode, 200);
    const page = new WatchedPage(agent, stream);
    await page.until(({ isComplete }) => isComplete);
    return page;
  }

  /** The worker that it is connected to. It is the newest that has had the request of a page. */
  get worker(): string | undefined {
    return this.named(/by-the-page/).sort((one, other) => other.id - one.id)[0]?.process;
  }

  /** Reads on until it holds what is wanted. */
  async until(holds: (page: WatchedPage) => boolean): Promise<void> {
    while (!holds(this)) {
      const { value, done } = await this.#events.next();
      if (done) throw new Error('The stream has ended.');
      this.#take(...value);
    }
  }

  /** Resolves when the server ends the stream. */
  async ended(): Promise<void> {
    while (!(await this.#events.next()).done);
  }

  named(pattern: RegExp): RequestRecord[] {
    return [...this.records.values()].filter(({ path }) => pattern.test(path));
  }

  close(): void {
    this.#agent.destroy();
  }

  #take(name: string, data: unknown): void {
    if (name === 'process') this.only = data as string;
    if (name === 'complete') this.isComplete = true;
    if (name !== 'all' && name !== 'news') return;
    for (const record of data as (RequestRecord & { gone?: true })[]) {
      if (record.gone) this.records.delete(record.id);
      else this.records.set(record.id, record);
    }
  }
}

async function* eventsOf(stream: AsyncIterable<string>) {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const { name, data } = /^event: (?<name>.*)\ndata: (?<data>.*)$/m.exec(part)?.groups ?? {};
      if (name !== undefined) yield [name, JSON.parse(data!) as unknown] as const;
    }
  }
}
