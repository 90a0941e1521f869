/** The places where something secret could turn up besides the log. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdir, readFile } from 'node:fs/promises';
import type { ClientRequest } from 'node:http';
import { join } from 'node:path';
import type { Response } from 'supertest';

/** All of an answer but its cookies, and `Location` of a redirect to GitHub without the challenge of that flow. */
export function visibleIn({ status, headers, text }: Response): string {
  const { 'set-cookie': _cookies, ...visible } = headers as Record<string, unknown>;
  return `${status} ${JSON.stringify(visible)} ${text}`;
}

/** The values of the cookies that an answer sets. */
export function cookieValues({ headers }: Response): string[] {
  const lines = (headers['set-cookie'] as unknown as string[] | undefined) ?? [];
  return lines.map((line) => decodeURIComponent(/^[^=]*=([^;]*)/.exec(line)?.[1] ?? ''));
}

/** The files below a folder: their paths, and what is in them. Some may be gone before they can be read. */
export async function filesIn(folder: string): Promise<{ path: string; text: string }[]> {
  const paths = await readdir(folder, { recursive: true }).catch(() => []);
  const files = await Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8').catch(() => '') })),
  );
  return files.filter(({ text }) => text !== '');
}

/** Records the URL of every request that this process sends to one of `origins`, by `node:http` or by `fetch`. */
export class OutgoingUrls {
  readonly seen = new Set<string>();
  readonly #origins: readonly string[];

  constructor(origins: readonly string[]) {
    this.#origins = origins;
    subscribe('http.client.request.start', this.#onHttp);
    subscribe('undici:request:create', this.#onFetch);
  }

  end(): void {
    unsubscribe('http.client.request.start', this.#onHttp);
    unsubscribe('undici:request:create', this.#onFetch);
  }

  readonly #onHttp = (message: unknown): void => {
    const { request } = message as { request: ClientRequest };
    this.#add(`${request.protocol}//${String(request.getHeader('host'))}`, request.path);
  };

  readonly #onFetch = (message: unknown): void => {
    const { request } = message as { request: { origin: string | URL; path: string } };
    this.#add(new URL(request.origin).origin, request.path);
  };

  #add(origin: string, path: string): void {
    if (this.#origins.includes(origin)) this.seen.add(path);
  }
}
