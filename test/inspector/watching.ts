/** Server-sent events as a browser gets them. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestRecord } from '../../lib/inspector/index.ts';

export interface ServerEvent {
  readonly name: string;
  readonly records: readonly (RequestRecord & { readonly gone?: true })[];
}

/** A listening server, with its address. */
export class Site {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(listener: RequestListener): Promise<Site> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Site(server);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Yields events until the loop is left, or the server ends the stream. */
  async *watch(path = '/stack/events'): AsyncGenerator<ServerEvent> {
    const leave = new AbortController();
    try {
      const response = await fetch(`${this.url}${path}`, { signal: leave.signal });
      if (!response.ok || response.body === null) throw new Error(`The stream answered ${response.status}.`);
      let text = '';
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const parts = text.split('\n\n');
        text = parts.pop() ?? '';
        for (const part of parts) {
          const fields = /^(?:id: .*\n)?event: (?<name>.*)\ndata: (?<data>.*)$/.exec(part)?.groups;
          if (fields) yield { name: fields.name!, records: JSON.parse(fields.data!) as RequestRecord[] };
        }
      }
    } finally {
      leave.abort();
    }
  }

  /** The paths of the requests that somebody sees who begins to watch now, the oldest first. */
  async kept(): Promise<string[]> {
    return (await this.all()).map(({ path }) => path).reverse();
  }

  /** The first records that somebody sees who begins to watch now, the newest first. */
  async all(): Promise<ServerEvent['records']> {
    for await (const { records } of this.watch()) return records;
    throw new Error('The stream has ended.');
  }

  /** The record of the first request that fits, as soon as there is one. */
  async sees(fits: (record: RequestRecord) => boolean): Promise<RequestRecord> {
    for await (const { name, records } of this.watch()) {
      if (name === 'process') continue;
      const found = records.find((record) => !record.gone && fits(record));
      if (found !== undefined) return found;
    }
    throw new Error('The stream has ended.');
  }
}
