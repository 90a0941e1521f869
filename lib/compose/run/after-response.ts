import { AsyncResource } from 'node:async_hooks';
import type { Request, Response } from 'express';

/**
 * Calls a function when an answer is done, or its connection has ended before; at once, in a turn of its own, if that is
 * so already. It is called in the async context of this call, so that what is bound to the request is found.
 *
 * This is what `on-finished` does for each of its listeners. In the pipeline of one connection it also tells of an answer
 * whose turn never comes.
 *
 * @see https://github.com/jshttp/on-finished
 */
export function afterResponse(req: Request, res: Response, act: () => void): void {
  const resource = new AsyncResource('openhands-express.after-response');
  if (res.closed || res.writableFinished) {
    setImmediate(() => resource.runInAsyncScope(act));
    return;
  }
  // Until the answers before it are done, an answer has no socket, and nobody tells it of the end of the connection.
  const waitsFor = res.socket === null ? req.socket : undefined;
  const done = (): void => {
    res.off('finish', done);
    res.off('close', done);
    waitsFor?.off('close', done);
    resource.runInAsyncScope(act);
  };
  res.on('finish', done);
  res.on('close', done);
  waitsFor?.on('close', done);
}
