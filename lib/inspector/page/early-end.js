/**
 * The middleware that kept a request from the routes: it ended the response, or made the error that left the stack.
 *
 * @param {import('./wire.d.ts').Request} request
 * @returns {number | undefined} its place in the order of running
 */
export function endOf({ steps, routes }) {
  const ended = steps.findIndex(({ outcome }) => outcome === 'ended');
  if (ended !== -1) return ended;
  const failed = steps.findLastIndex(({ outcome }) => outcome === 'error');
  return routes.outcome === 'failed' && failed !== -1 ? failed : undefined;
}
