import { once } from 'node:events';
import { type IncomingMessage, request, type RequestOptions, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request of a client, with the body that it sends. */
export interface Asked extends RequestOptions {
  readonly path: string;
  readonly body?: string;
}

/** All that a client sees of an answer, but the time of day. */
export interface Answer {
  readonly status: number | undefined;
  /** Names and values in turn, as they were sent. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** Sends requests to a server, one after the other, and closes it. */
export async function answersOf(server: Server, requests: readonly Asked[]): Promise<Answer[]> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const answers: Answer[] = [];
  try {
    for (const { body, ...options } of requests) {
      const sent = request({ host: '127.0.0.1', port, agent: false, ...options }).end(body);
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const { statusCode: status, rawHeaders } = response;
      const headers = rawHeaders.filter((_, index) => rawHeaders[index - (index % 2)] !== 'Date');
      answers.push({ status, headers, body: await text(response) });
    }
  } finally {
    server.close();
  }
  return answers;
}
