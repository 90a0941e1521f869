/** The ten in an Express app, on requests as Node makes them for any app, and as this package's server makes them for its own. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import express, { type RequestHandler } from 'express';
import { messageClassesFor } from '../../lib/express-messages/index.ts';
import type { Contenders } from '../apart.ts';
import type { Work } from '../rounds.ts';
import { handGuarded } from './by-hand.ts';
import { stackOfTen } from './contenders.ts';
import { EXPRESS, noOps } from './no-ops.ts';

const handlers = (): RequestHandler[] => noOps<RequestHandler>(EXPRESS);

const contenders: Contenders = {
  'one app.use': () => inExpress(handlers().slice(0, 1), false),
  'ten app.use': () => inExpress(handlers(), false),
  'hand-guarded': () => inExpress([handGuarded(handlers())], false),
  compose: () => inExpress([stackOfTen()], false),
  'one app.use, its own classes': () => inExpress(handlers().slice(0, 1), true),
  'ten app.use, its own classes': () => inExpress(handlers(), true),
  'hand-guarded, its own classes': () => inExpress([handGuarded(handlers())], true),
  'compose, its own classes': () => inExpress([stackOfTen()], true),
};
export default contenders;

function inExpress(members: readonly RequestHandler[], ownClasses: boolean): Work {
  const app = express();
  for (const member of members) app.use(member);
  app.use((_req, _res, _next) => undefined);
  const classes = ownClasses ? messageClassesFor(app) : { IncomingMessage, ServerResponse };
  const socket = new Socket();
  let messages: (readonly [IncomingMessage, ServerResponse])[] = [];
  return {
    prepare(times) {
      messages = Array.from({ length: times }, () => {
        const request = new classes.IncomingMessage(socket);
        Object.assign(request, { method: 'GET', url: '/' });
        return [request, new classes.ServerResponse(request)] as const;
      });
    },
    run() {
      for (const [request, response] of messages) app(request, response);
    },
  };
}
