import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** The status line and the headers, as they came. */
  readonly head: string;
  readonly body: string;
}

/** So long a request may be without an answer, in milliseconds. It is reached only by a server that never answers. */
const LIMIT = 5000;

/**
 * Sends requests as bytes, one after the other on one connection: client libraries mend or refuse the odd request
 * targets that an attacker sends.
 */
export class RawClient {
  readonly #port: number;
  #socket: Socket | undefined;

  constructor(server: Server) {
    this.#port = (server.address() as AddressInfo).port;
  }

  /**
   * @param target - goes into the request line as it is; each character is one byte.
   * @param headers - further lines, each with its line end.
   * @returns undefined when the server closes the connection without an answer.
   * @throws Error when there is no answer in time.
   */
  async ask(method: string, target: string, headers = ''): Promise<RawAnswer | undefined> {
    const socket = (this.#socket ??= connect(this.#port, '127.0.0.1').setNoDelay());
    socket.write(`${method} ${target} HTTP/1.1\r\nHost: app.example\r\n${headers}\r\n`, 'latin1');
    try {
      const bytes = await readAnswer(socket, method);
      if (bytes.includes('\r\nConnection: close\r\n')) socket.destroy();
      return bytes === '' ? undefined : parseAnswer(bytes);
    } finally {
      if (socket.destroyed) this.#socket = undefined;
    }
  }
}

/** The bytes of one answer, or of what came of it before the connection was closed. */
function readAnswer(socket: Socket, method: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let bytes = '';
    const onData = (chunk: Buffer): void => {
      bytes += chunk.toString('latin1');
      if (isWhole(bytes, method)) finish();
    };
    const onTimeout = (): void => {
      socket.destroy();
      reject(new Error(`There is no answer after ${LIMIT} ms.`));
    };
    const finish = (): void => {
      socket.off('data', onData).off('close', finish).off('error', finish).off('timeout', onTimeout);
      resolve(bytes);
    };
    socket.setTimeout(LIMIT);
    socket.on('data', onData).on('close', finish).on('error', finish).on('timeout', onTimeout);
  });
}

/** Whether all is there; an answer that does not say its length ends with its connection. */
function isWhole(bytes: string, method: string): boolean {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return false;
  if (method === 'HEAD' || /^HTTP\/1\.1 (204|304) /.test(bytes)) return true;
  const length = /\r\nContent-Length: (\d+)\r\n/i.exec(bytes.slice(0, end + 2));
  return length !== null && bytes.length >= end + 4 + Number(length[1]);
}

function parseAnswer(bytes: string): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  return { status: Number(bytes.slice(9, 12)), head: bytes.slice(0, end), body: bytes.slice(end + 4) };
}
