import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosSite } from './chaos-site.ts';
import type { ChaosUser } from './chaos-user.ts';
import { FairClock } from './fair-clock.ts';
import type { Findings } from './findings.ts';

const PAUSE_MS = 100;
/** So soon all has to be well, counted fairly. */
const GIVE_UP_MS = 5_000;

/**
 * How long it takes until every server is ready and every user is served, in milliseconds of a fair clock: from when on who
 * asks gets a good answer, however long that takes to come. Not served is a user whose pair was lost with a process: GitHub
 * has ended what is in the store, and nobody knows of another.
 */
export async function recovery(
  site: ChaosSite,
  users: readonly ChaosUser[],
  findings: Findings,
): Promise<number> {
  const clock = new FairClock();
  /** Resolves with when the first good answer was asked for. */
  const until = async (sickness: () => Promise<string | undefined>): Promise<number> => {
    for (;;) {
      const asked = clock.elapsedMs;
      const sick = await sickness();
      if (sick !== undefined)
        findings.happened(`asked ${Math.round(asked)} ms after the last fault: ${sick}`);
      if (asked > GIVE_UP_MS) findings.add(`not healthy again in time: ${sick ?? 'at last'}`);
      if (sick === undefined || asked > GIVE_UP_MS) return asked;
      await delay(PAUSE_MS);
    }
  };
  try {
    const each = await Promise.all([
      ...site.servers.map(({ url }) => until(() => unreadiness(url))),
      ...users.map((user) =>
        until(async () => {
          const { status, text, isPairLost } = await user.useToken();
          return status === 200 || isPairLost ? undefined : `${user.login} ${status} ${text.slice(0, 200)}`;
        }),
      ),
    ]);
    return Math.max(...each);
  } finally {
    clock.end();
  }
}

/** What is not as it should be at a server. */
async function unreadiness(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${url}/ready`);
    const { checks = {} } = (await answer.json()) as { checks?: Record<string, string> };
    const isHealthy = answer.ok && Object.values(checks).every((outcome) => outcome === 'ok');
    return isHealthy ? undefined : `${url} ${answer.status} ${JSON.stringify(checks)}`;
  } catch (error) {
    return `${url} ${String(error)}`;
  }
}
