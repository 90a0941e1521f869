import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosSite } from './chaos-site.ts';
import type { ChaosUser } from './chaos-user.ts';
import type { Findings } from './findings.ts';

const PAUSE_MS = 100;
/** Who takes a lock over waits for a lease and for as long as a refresh may take, 36 seconds together. */
const GIVE_UP_MS = 60_000;

/**
 * How long it takes until every server is ready and every user is served, in milliseconds: from when on who asks gets a
 * good answer, however busy the machine is that it takes to come. Not served is a user whose pair was lost with a process:
 * whoever took over has to wait for what that process might still write.
 */
export async function recovery(
  site: ChaosSite,
  users: readonly ChaosUser[],
  findings: Findings,
): Promise<number> {
  const began = performance.now();
  /** Resolves with when the first good answer was asked for. */
  const until = async (sickness: () => Promise<string | undefined>): Promise<number> => {
    for (;;) {
      const elapsed = performance.now() - began;
      const sick = await sickness();
      if (sick === undefined) return elapsed;
      findings.happened(`asked ${Math.round(elapsed)} ms after the last fault: ${sick}`);
      if (elapsed > GIVE_UP_MS) {
        findings.add(`not healthy again: ${sick}`);
        return elapsed;
      }
      await delay(PAUSE_MS);
    }
  };
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
