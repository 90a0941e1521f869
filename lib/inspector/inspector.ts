import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Routes, Stack } from '../compose.ts';
import { isDirectLoopback } from '../loopback.ts';
import { setAnswerHeaders } from './answer-headers.ts';
import { LiveFeed } from './live-feed.ts';
import type { OtherProcesses } from './other-processes.ts';
import { OtherRecords } from './other-records.ts';
import { outlineWith } from './outline.ts';
import { readPageFiles } from './page-files.ts';
import { Recorder } from './recorder.ts';
import { countedIds, sharedIds } from './request-ids.ts';
import { sendPageFile } from './send-page-file.ts';
import { ToldToOthers } from './told-to-others.ts';

/** Who may look at a stack, and what is shown of the requests through it. */
export interface InspectorOptions {
  /**
   * Who may look. By default a request from this machine, with no proxy in between. An own rule is the
   * only one that counts, so it should ask for more than an address.
   */
  readonly allow?: (req: Request) => boolean | Promise<boolean>;
  /** What is shown of a request's address; by default its path, without the query. For paths that hold secrets. */
  readonly pathOf?: (req: Request) => string;
  /** How many of the last requests are kept; by default 10,000. */
  readonly keep?: number;
  /** How much memory they take at most, in bytes; by default 16 MiB. */
  readonly keepBytes?: number;
  /** The routes behind the stack, as `composeRoutes` gives them; without them the page shows none. */
  readonly routes?: Routes;
  /**
   * What the page calls this process, such as `worker 2`, where others answer requests as well. Each keeps its own, and
   * the page says so.
   */
  readonly processName?: string;
  /**
   * The way to the other processes of this server, whose requests are then shown as well.
   *
   * @internal
   */
  readonly others?: OtherProcesses;
}

/** What {@link inspector} makes: an Express handler to mount, and a way to end it. */
export interface Inspector extends RequestHandler {
  /**
   * Ends the streams to those who look, and takes no new ones, so that a server can drain. The requests that still come are
   * watched until {@link Inspector.close}.
   */
  drain(): void;
  /** Stops watching the stack, and ends the streams to those who look, so that a server can drain. */
  close(): void;
}

const KEEP = 10_000;
const KEEP_BYTES = 16 * 1024 * 1024;

/**
 * A page that shows a stack: its plan as a picture, and the requests through it as they happen. Mount it before the
 * stack, where nothing of the stack can keep one out: `app.use('/stack', inspector(stack))`. It tells names and keys,
 * and never a value; still, by default only this machine may look.
 *
 * @throws TypeError when `keep` or `keepBytes` is not a whole number above 0.
 */
export function inspector(
  stack: Pick<Stack, 'outline' | 'observe'>,
  {
    allow = isDirectLoopback,
    pathOf = pathWithoutQuery,
    keep = KEEP,
    keepBytes = KEEP_BYTES,
    routes,
    processName,
    others,
  }: InspectorOptions = {},
): Inspector {
  for (const [name, value] of Object.entries({ keep, keepBytes })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new TypeError(`inspector: ${name} must be a whole number above 0.`);
  }
  const files = readPageFiles();
  const limits = { keep, keepBytes };
  const nextId = others === undefined ? countedIds() : sharedIds(others.processId);
  const recorder = new Recorder({ ...limits, pathOf, nextId, processName }, (id) => {
    feed.changed(id);
    told?.changed(id);
  });
  const told = others && new ToldToOthers(recorder, others, keep);
  const otherRecords =
    others &&
    new OtherRecords(others, {
      ...limits,
      onChange: (id) => feed.changed(id),
      onComplete: () => feed.othersAreComplete(),
      onWay: () => feed.wayChanged(),
    });
  const feed = new LiveFeed(recorder, { processName, others: otherRecords });
  const stopObserving = stack.observe(recorder);

  async function handle(req: Request, res: Response, next: NextFunction): Promise<void> {
    recorder.ignore(req);
    setAnswerHeaders(res);
    if (isFromAnotherSite(req) || !(await allow(req))) refuse(res);
    else if (req.method !== 'GET' && req.method !== 'HEAD') next();
    else if (!hasSlash(req)) res.redirect(308, `./${lastSegment(req.baseUrl)}/`);
    else answer(req, res, next);
  }

  function answer(req: Request, res: Response, next: NextFunction): void {
    const file = files.get(req.path);
    if (file !== undefined) sendPageFile(req, res, file);
    else if (req.path === '/outline') res.json(outlineWith(stack, routes));
    else if (req.path !== '/events' || req.method !== 'GET') next();
    else if (!feed.watch(res)) res.status(503).json(NO_STREAM);
  }

  return Object.assign(handle, {
    drain: () => feed.close(),
    close(): void {
      stopObserving();
      told?.close();
      feed.close();
    },
  });
}

const FORBIDDEN = {
  error:
    'The stack inspector is for this machine only: open it there, by the name localhost and without a proxy. Its operator can allow more.',
  code: 'forbidden',
};
const NO_STREAM = {
  error: 'Too many are looking at this stack already, or this server is about to end.',
  code: 'no_stream',
};

function refuse(res: Response): void {
  res.status(403).json(FORBIDDEN);
}

/** A page of another site may link here, and no more. */
function isFromAnotherSite(req: Request): boolean {
  return req.get('Sec-Fetch-Site') === 'cross-site' && req.get('Sec-Fetch-Mode') !== 'navigate';
}

function pathWithoutQuery(req: Request): string {
  const [target = ''] = req.originalUrl.split('?', 1);
  // A whole URL (RFC 9112, section 3.2.2) may hold a name and a password.
  return target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '');
}

/** Without the slash at its end, the address of the mount would make the browser look for the files elsewhere. */
function hasSlash(req: Request): boolean {
  return req.path !== '/' || pathWithoutQuery(req).endsWith('/');
}

/** Relative, so that no address can make it lead to another host. */
function lastSegment(baseUrl: string): string {
  return baseUrl.slice(baseUrl.lastIndexOf('/') + 1);
}
