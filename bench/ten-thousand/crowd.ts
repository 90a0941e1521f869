/** Users who come back again and again, each at times of their own. */
import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { within } from '../../lib/time-limit.ts';

export interface Answers {
  readonly failures: readonly string[];
  /** How long each request took from the moment it was due, in milliseconds. */
  readonly waits: readonly number[];
}

/** As a load balancer has them: many users share a connection, one after the other. */
const CONNECTIONS = 64;
/** How long after the last request all answers have to be there, in milliseconds; then the machine is too slow for this. */
const LATEST_MS = 60_000;

/**
 * Each user asks once in every period. A request is sent when it is due, whatever became of those before, so that a server
 * that is slow does not get fewer.
 *
 * @throws Error when answers are still missing a minute after the last request.
 */
export async function askAll(
  url: string,
  cookies: readonly string[],
  { seconds, everySeconds }: { readonly seconds: number; readonly everySeconds: number },
): Promise<Answers> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const failures: string[] = [];
  const waits: number[] = [];
  const running = new Set<Promise<void>>();
  const began = performance.now();
  const total = Math.floor((cookies.length * seconds) / everySeconds);
  for (let sent = 0; sent < total;) {
    const now = performance.now() - began;
    const due = Math.min(total, Math.floor((now / 1000 / seconds) * total) + 1);
    for (; sent < due; sent++) {
      const dueAt = began + (sent / total) * seconds * 1000;
      const asked = ask(url, cookies[sent % cookies.length] ?? '', agent)
        .then((failure) => {
          if (failure !== undefined) failures.push(failure);
          waits.push(performance.now() - dueAt);
        })
        .finally(() => running.delete(asked));
      running.add(asked);
    }
    await delay(1);
  }
  const late = () =>
    new Error(`A minute after the last request ${running.size} of ${total} have no answer yet.`);
  await within(LATEST_MS, Promise.all(running), late).finally(() => agent.destroy());
  return { failures, waits };
}

/** @returns what is wrong with the answer; undefined when nothing is. */
function ask(url: string, cookie: string, agent: Agent): Promise<string | undefined> {
  return new Promise((resolve) => {
    get(url, { agent, headers: { cookie } }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('end', () =>
          resolve(response.statusCode === 200 ? undefined : `${response.statusCode} ${text.slice(0, 200)}`),
        )
        .on('error', (error) => resolve(error.message));
    }).on('error', (error) => resolve(error.message));
  });
}
