/**
 * Who works on a request, and when. The functions by which Express's layers call their handlers are replaced, so that
 * the handlers themselves, and what `router.stack` shows of them, stay what they are.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { types } from 'node:util';
import { indexOf, shapeOf } from './app-shape.ts';
import {
  type AnyFunction,
  type ExpressApp,
  type ExpressLayer,
  isApp,
  type Methods,
} from './express-parts.ts';
import { activeRecorder } from './recorder.ts';
import { likeOriginal, replaceMethod } from './replace-method.ts';
import { watchLocals } from './watched-locals.ts';
import { type Frame, frames, WatchedRequest } from './watched-request.ts';
import { keepWatched, watchedOf } from './watched-requests.ts';

/** What Express has put on a request by the time a layer takes it. */
interface ExpressRequest extends IncomingMessage {
  readonly app?: ExpressApp;
  readonly baseUrl?: string;
  readonly originalUrl?: string;
}

type Next = (error?: unknown) => void;

/**
 * Notes from now on which layers of a copy of Express take which request.
 *
 * @param layers - what its layers inherit their methods from.
 */
export function watchDispatch(layers: Methods): void {
  // Express 4 and 5.
  for (const name of ['handle_request', 'handleRequest']) replaceMethod(layers, name, handleRequest);
  for (const name of ['handle_error', 'handleError']) replaceMethod(layers, name, handleError);
}

function handleRequest(original: AnyFunction): AnyFunction {
  return function (this: ExpressLayer, req: ExpressRequest, res: ServerResponse, next: Next): unknown {
    const frame = this.handle.length > 3 ? undefined : enter(this, req, res);
    if (frame === undefined) return Reflect.apply(original, this, [req, res, next]) as unknown;
    return frames.run(
      frame,
      () => Reflect.apply(original, this, [req, res, watchedNext(frame, next)]) as unknown,
    );
  };
}

function handleError(original: AnyFunction): AnyFunction {
  return function (
    this: ExpressLayer,
    error: unknown,
    req: ExpressRequest,
    res: ServerResponse,
    next: Next,
  ): unknown {
    const frame = this.handle.length === 4 ? enter(this, req, res) : undefined;
    if (frame === undefined) return Reflect.apply(original, this, [error, req, res, next]) as unknown;
    return frames.run(
      frame,
      () => Reflect.apply(original, this, [error, req, res, watchedNext(frame, next)]) as unknown,
    );
  };
}

/** What Express calls in the place of a callback of `router.param`: it does what that does, in its name. */
export function watchedParam(layer: ExpressLayer): AnyFunction {
  const { handle } = layer;
  return likeOriginal(function (
    this: unknown,
    req: ExpressRequest,
    res: ServerResponse,
    next: Next,
    ...values: unknown[]
  ): unknown {
    const frame = enter(layer, req, res);
    if (frame === undefined) return Reflect.apply(handle, this, [req, res, next, ...values]) as unknown;
    // Express sees to what is thrown and rejected here, and does not go by way of `next`.
    const fail = (error: unknown): never => {
      frame.request.leave(frame, error);
      throw error;
    };
    return frames.run(frame, () => {
      try {
        const args = [req, res, watchedNext(frame, next), ...values];
        const result = Reflect.apply(handle, this, args) as unknown;
        return types.isPromise(result) ? result.catch(fail) : result;
      } catch (error) {
        return fail(error);
      }
    });
  }, handle);
}

/** @returns undefined for a layer that is not watched: one of Express's own, or when nobody learns. */
function enter(layer: ExpressLayer, req: ExpressRequest, res: ServerResponse): Frame | undefined {
  const request = watchedOf(req) ?? begin(req, res);
  const index = request && indexOf(request.shape, layer, req.baseUrl ?? '');
  return index === undefined ? undefined : request?.enter(index);
}

function begin(req: ExpressRequest, res: ServerResponse): WatchedRequest | undefined {
  const recorder = activeRecorder();
  const { app } = req;
  if (recorder === undefined || !isApp(app) || !recorder.takes(app)) return undefined;
  const request = new WatchedRequest(req, res, shapeOf(app), pathOf(req));
  keepWatched(request);
  watchLocals(request);
  recorder.add(request);
  return request;
}

function pathOf({ originalUrl, url }: ExpressRequest): string {
  return (originalUrl ?? url ?? '/').replace(/[?#].*$/s, '');
}

/** What follows runs in nobody's name until the next layer is entered. */
function watchedNext(frame: Frame, original: Next): Next {
  return function next(this: unknown, ...args: [unknown?]) {
    frame.request.leave(frame, args[0]);
    frames.run(frame.request.express, () => Reflect.apply(original, this, args));
  };
}
