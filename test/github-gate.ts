import type { FakeGitHub } from '../lib/testing/index.ts';

export const REVOCATION = 'DELETE /applications/{client_id}/grant';

/** Where a sign-in may be when GitHub carries out a {@link REVOCATION} that was asked for before: at a route, and when. */
export const POINTS_OF_A_SIGN_IN = [
  ['POST /login/oauth/access_token', 'before'],
  ['POST /login/oauth/access_token', 'after'],
  ['GET /user', 'before'],
  ['GET /user', 'after'],
] as const;

/** One request to a fake GitHub that waits there, before GitHub has done anything or behind that. */
export interface HeldRequest {
  /** Resolves when it waits. */
  readonly isThere: Promise<void>;
  letGo(): void;
}

/**
 * Has one request to a route wait until it is let go. No other request waits, not even to the same route.
 *
 * @param route - as GitHub's documentation writes it.
 * @param when - whether GitHub does its work before it waits.
 * @param which - of the requests to this route from now on: the first is 1.
 */
export function holdAtGitHub(
  { faults }: Pick<FakeGitHub, 'faults'>,
  route: string,
  when: 'before' | 'after',
  which = 1,
): HeldRequest {
  let arrive = (): void => undefined;
  let letGo = (): void => undefined;
  const isThere = new Promise<void>((resolve) => (arrive = resolve));
  const isOver = new Promise<void>((resolve) => (letGo = resolve));
  const run = faults.run.bind(faults);
  let seen = 0;
  faults.run = async (call, handle) => {
    if (call.route !== route || ++seen !== which) return run(call, handle);
    const wait = () => {
      arrive();
      return isOver;
    };
    if (when === 'before') await wait();
    const outcome = await run(call, handle);
    if (when === 'after') await wait();
    return outcome;
  };
  return { isThere, letGo };
}
