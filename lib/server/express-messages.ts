import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';

/** For `createServer`, of `node:http` or `node:https`. */
export interface MessageClasses {
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse;
}

/**
 * The classes of which a server has to make its requests and responses for this app, as options of `createServer`.
 *
 * Express gives each request and response the app's prototype as they come in. V8 shares no hidden classes between
 * objects whose prototype has been changed, so that whoever reads, writes or adds a property of theirs misses every
 * cache, Node's own `http` first of all. Objects that are made with the app's prototype need no change: the server
 * takes about three times as many requests (docs/benchmarks.md).
 *
 * @example
 * const app = express().use(await openhands({ env: process.env }));
 * createServer(messagesFor(app), app).listen(3000);
 *
 * @param app gets a `request` and a `response` that extend those it has. Apps are mounted in it, or it in another, as
 * ever.
 */
export function messagesFor(app: Pick<Express, 'request' | 'response'>): MessageClasses {
  class AppRequest extends IncomingMessage {}
  class AppResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {}
  app.request = Object.setPrototypeOf(AppRequest.prototype, app.request) as Express['request'];
  app.response = Object.setPrototypeOf(AppResponse.prototype, app.response) as Express['response'];
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse };
}
