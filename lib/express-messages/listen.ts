import { createServer, type RequestListener, type Server } from 'node:http';
import type { ListenOptions } from 'node:net';
import { messageClassesFor, type MessagePrototypes } from './message-classes.ts';

/** Is called once: without an error when the server listens, or with the one that kept it from that. */
export type ListenCallback = (error?: Error) => void;

/** What Node's `server.listen` takes. */
export type ListenParameters =
  | [callback?: ListenCallback]
  | [port: number, callback?: ListenCallback]
  | [port: number, host: string, callback?: ListenCallback]
  | [port: number, host: string, backlog: number, callback?: ListenCallback]
  | [path: string, callback?: ListenCallback]
  | [options: ListenOptions, callback?: ListenCallback]
  | [handle: object, callback?: ListenCallback];

/**
 * `app.listen(…)` of Express 5, with a server that makes its requests and responses for the app.
 *
 * @example
 * const app = express();
 * listen(app, 3000, (error) => {
 *   if (error) throw error;
 *   console.log('listens');
 * });
 *
 * @param parameters - such as port, host and callback. Without a callback, an error of listening is an `'error'` event.
 * @returns the server, which does not listen yet.
 * @throws what Node's `server.listen` throws of a wrong argument.
 * @see https://expressjs.com/en/5x/api.html#app.listen
 */
export function listen(app: MessagePrototypes & RequestListener, ...parameters: ListenParameters): Server {
  const server = createServer(messageClassesFor(app), app);
  const callback = parameters.at(-1);
  if (typeof callback !== 'function') return server.listen(...(parameters as [number]));
  const done = callOnce(callback as ListenCallback);
  server.once('error', done);
  return server.listen(...(parameters.slice(0, -1) as [number]), done);
}

/** The first of two events is told, and the other is not. */
function callOnce(callback: ListenCallback): ListenCallback {
  let isCalled = false;
  return function (this: unknown, ...results) {
    if (isCalled) return;
    isCalled = true;
    callback.apply(this, results);
  };
}
