/** A small app with the engine and the OSS edition, which asks itself, tells what it saw, and ends. */

/** Makes the declaration that the app tells the place of; the line of the program, or of its bundle, that has it. */
const DECLARED = /^\s*(?:const|var|let) visitor ?= ?\w*defineMiddleware\w*\(/;

export const APP_PROGRAM = `
import express from 'express';
import { compose, defineMiddleware, openhands } from 'openhands-express';
import { listen } from 'openhands-express/express-messages';

const visitor = defineMiddleware({
  name: 'visitor',
  writes: ['visitor'],
  handle(req, _res, next) {
    req.state.visitor = req.get('x-visitor');
    next();
  },
});
const unread = defineMiddleware({
  name: 'unread',
  reads: ['visitor'],
  writes: ['unread'],
  async handle(req, _res, next) {
    req.state.unread = req.state.visitor;
    next();
  },
});
const thrower = defineMiddleware({
  name: 'thrower',
  path: '/throw',
  handle() {
    throw new Error('thrown in a handler');
  },
});
const stack = compose({ mine: [visitor, unread, thrower] }, { reads: ['visitor'], silence: [] });

async function main() {
  const edition = await openhands({ env: { LOG_LEVEL: 'silent', FILE_STORE_PATH: 'store' } });
  const app = express().use(stack);
  app.get('/visitor', (req, res) => {
    const { entries, conflicts } = req.stack;
    const tracked = entries.map(({ name, outcome, reads, writes }) => ({ name, outcome, reads, writes }));
    res.json({ visitor: req.state.visitor, tracked, conflicts: conflicts.length });
  });
  app.use(edition);
  app.use((error, _req, res, _next) => void res.status(500).json({ stack: error.stack }));
  const server = listen(app, 0, '127.0.0.1', async () => {
    const answers = [];
    for (let i = 0; i < 20; i++) {
      for (const path of ['/visitor', '/api/options/config', '/health', '/throw']) {
        const url = 'http://127.0.0.1:' + server.address().port + path;
        const response = await fetch(url, { headers: { 'x-visitor': 'visitor ' + i } });
        answers.push({ path, status: response.status, body: await response.json() });
      }
    }
    const places = [stack.plan, stack.diagnostics].flat().map(({ at }) => at);
    server.close();
    await edition.close();
    console.log(JSON.stringify({ answers, places }));
  });
}
void main();
`;

/** What the app says. */
export interface Told {
  readonly answers: readonly {
    readonly path: string;
    readonly status: number;
    readonly body: Readonly<Record<string, unknown>>;
  }[];
  /** Where its middleware was declared, by plan and diagnostics. */
  readonly places: readonly string[];
}

/** The answers without the traces, which differ from bundle to bundle. */
export function answersIn({ answers }: Told): unknown[] {
  return answers.map(({ body: { stack: _stack, ...body }, ...rest }) => ({ ...rest, body }));
}

/** Of `visitor`, which stands first, counted from 1. */
export function lineOfVisitor(code: string): number {
  return code.split('\n').findIndex((line) => DECLARED.test(line)) + 1;
}
