import * as http from 'node:http';

/** Options for `createServer` of `node:http` or `node:https`. */
export interface MessageClasses {
  readonly IncomingMessage: typeof http.IncomingMessage;
  readonly ServerResponse: typeof http.ServerResponse;
}

/** What an app of Express 4 or 5 has: the prototypes that it gives its requests and responses. */
export interface MessagePrototypes {
  request: object;
  response: object;
}

/**
 * The classes of which a server should make its requests and responses for this app.
 *
 * Express gives each request and response the app's prototype as they come in, by `Object.setPrototypeOf`. V8 shares no
 * hidden classes between objects whose prototype has been changed, so each access to their properties misses its
 * caches, in Node's own `http` first of all. On an object that has that prototype already, `setPrototypeOf` does nothing
 * (ECMA-262, 10.1.2.1). So these classes make them with it, and the server takes about three times as many requests
 * (docs/benchmarks.md).
 *
 * @example
 * const app = express();
 * createServer(messageClassesFor(app), app).listen(3000);
 *
 * @param app - gets another `request` and `response`, which hold and inherit what those before them did.
 * @returns the same classes at each call, unless the app has been given another `request` or `response` since.
 */
export function messageClassesFor(app: MessagePrototypes): MessageClasses {
  const made = classesOf(app);
  if (made !== undefined) return made;
  // By `extends`: V8 then makes them as large as Node's own. A function that calls IncomingMessage is half as fast,
  // and `Reflect.construct` makes a hidden class for every single object. Named as Node's own, as traces tell the name.
  const classes: MessageClasses = {
    IncomingMessage: class IncomingMessage extends http.IncomingMessage {},
    ServerResponse: class ServerResponse<
      Request extends http.IncomingMessage = http.IncomingMessage,
    > extends http.ServerResponse<Request> {},
  };
  app.request = takePlaceOf(app.request, classes.IncomingMessage.prototype);
  app.response = takePlaceOf(app.response, classes.ServerResponse.prototype);
  return classes;
}

/** The classes whose prototypes are the app's own: those of an earlier call. */
function classesOf({ request, response }: MessagePrototypes): MessageClasses | undefined {
  const classes = { IncomingMessage: request.constructor, ServerResponse: response.constructor };
  const areTheirs =
    classes.IncomingMessage.prototype === request && classes.ServerResponse.prototype === response;
  return areTheirs ? (classes as MessageClasses) : undefined;
}

/**
 * Puts a prototype where another one was. Its properties are copied, as Express replaces what a prototype inherits when
 * the app is mounted in another one.
 */
function takePlaceOf(former: object, prototype: object): object {
  const { constructor: _constructor, ...properties } = Object.getOwnPropertyDescriptors(former);
  Object.defineProperties(prototype, properties);
  Object.setPrototypeOf(prototype, Object.getPrototypeOf(former) as object | null);
  // Apps that are mounted already inherit from the former one; so they see what is added to this one.
  Object.setPrototypeOf(former, prototype);
  return prototype;
}
