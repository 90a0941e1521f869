/** A header that is set when those of the answer are about to be sent: by beforeHeaders, and by on-headers, by hand. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import express, { type RequestHandler } from 'express';
import onHeaders from 'on-headers';
import { compose, defineMiddleware } from '../../lib/compose.ts';
import type { Contenders } from '../apart.ts';
import type { Work } from '../rounds.ts';

const THREE = ['one', 'two', 'three'];

const contenders: Contenders = {
  'no header': () => answering([compose({ only: [declared('none')] })]),
  'one by on-headers': () => answering([compose({ only: THREE.slice(0, 1).map(byHand) })]),
  'one by beforeHeaders': () => answering([compose({ only: THREE.slice(0, 1).map(hooked) })]),
  'three by on-headers': () => answering([compose({ only: THREE.map(byHand) })]),
  'three by beforeHeaders': () => answering([compose({ only: THREE.map(hooked) })]),
  'three by on-headers, in app.use': () =>
    answering(THREE.map((name) => byHand(name).handle as RequestHandler)),
};
export default contenders;

function declared(name: string) {
  return defineMiddleware({ name, handle: (_req, _res, next) => next() });
}

function byHand(name: string) {
  return defineMiddleware({
    name,
    headers: [`X-${name}`],
    handle(_req, res, next) {
      onHeaders(res, () => {
        res.setHeader(`X-${name}`, 'yes');
      });
      next();
    },
  });
}

function hooked(name: string) {
  return defineMiddleware({
    name,
    headers: [`X-${name}`],
    beforeHeaders(_req, res) {
      res.setHeader(`X-${name}`, 'yes');
    },
  });
}

/** In an Express app, on requests as Node makes them for any app; each answer sends its headers. */
function answering(members: readonly RequestHandler[]): Work {
  const app = express();
  for (const member of members) app.use(member);
  app.use((_req, res, _next) => {
    res.writeHead(204);
  });
  const socket = new Socket();
  let messages: (readonly [IncomingMessage, ServerResponse])[] = [];
  return {
    prepare(times) {
      messages = Array.from({ length: times }, () => {
        const request = new IncomingMessage(socket);
        Object.assign(request, { method: 'GET', url: '/' });
        return [request, new ServerResponse(request)] as const;
      });
    },
    run() {
      for (const [request, response] of messages) app(request, response);
    },
  };
}
