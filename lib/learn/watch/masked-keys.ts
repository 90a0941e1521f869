/** What Express and Node set or ask for on every request: none of it says anything about the app's own handlers. */
const MASKED = new Set([
  // Express.
  ...['next', 'res', 'req', 'route', 'params', 'baseUrl', 'originalUrl', 'app', 'locals', 'query'],
  // Whether a stream can be written to, asked of requests as well by Node's streams and by on-finished.
  ...['writable', 'writableEnded', 'writableFinished', 'writableLength', 'finished', 'closed', 'abort'],
  // What JavaScript itself, console.log and test frameworks ask any object for.
  ...['then', 'toJSON', 'inspect', 'asymmetricMatch', 'nodeType', 'tagName', '$$typeof', 'calls', 'mock'],
  // The engine of this package (lib/compose/run/express-request.ts): its keys have diagnostics of their own.
  ...['state', 'stack'],
]);

/** Whether a key of a request or an answer is none of the app's. What begins with `_` is a package's own business. */
export function isMasked(key: string): boolean {
  return MASKED.has(key) || key.startsWith('_');
}
