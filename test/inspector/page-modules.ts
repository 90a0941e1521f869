/** The scripts of the inspector's page, and what they are given. */
import type { RequestRecord } from '../../lib/inspector/index.ts';

/** A script of the page, of which the type checker of the tests knows nothing. */
export const pageModule = <T>(name: string) =>
  import(new URL(`../../lib/inspector/page/${name}`, import.meta.url).href) as Promise<T>;

/** A request that was answered by the routes, but for what is said of it. */
export const record = (more: Partial<RequestRecord> = {}): RequestRecord => ({
  id: 1,
  at: 0,
  method: 'GET',
  path: '/api/Settings',
  outcome: 'answered',
  status: 200,
  duration: 1,
  steps: [],
  routes: { outcome: 'reached', duration: 1, reads: [], writes: [] },
  conflicts: [],
  headers: [],
  isStatic: false,
  ...more,
});

/** What is told of the write of a losing key. */
export const conflict = {
  id: 'S302',
  kind: 'write of a losing key',
  message: '',
  key: 'github_token',
  middlewares: ['github-token'],
  kept: undefined,
  count: 1,
} as const;
