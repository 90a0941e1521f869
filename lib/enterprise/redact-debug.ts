import { createRequire } from 'node:module';
import { format } from 'node:util';

interface Debug {
  log: (...parameters: unknown[]) => void;
}

/** Packages below Express that print the addresses of requests where `DEBUG` asks for it. */
const TALKATIVE = ['router', 'finalhandler', 'send', 'serve-static', 'body-parser'];
/** What a callback's address holds that signs somebody in. */
const SECRETS = /([?&](?:code|state)=)[^&#\s'"]+/gi;

const redacted = new WeakSet<Debug>();

/**
 * Has Express print the addresses of a callback without the code and the state, when `DEBUG` is set. In a bundle it has a
 * `debug` that nobody can reach.
 */
export function redactDebug(): void {
  for (const debug of debugsOfExpress()) {
    if (redacted.has(debug)) continue;
    redacted.add(debug);
    const { log } = debug;
    debug.log = (...parameters) => log(format(...parameters).replace(SECRETS, '$1*'));
  }
}

/** As packages are installed, these have one in common, or one each. */
function debugsOfExpress(): Debug[] {
  const { url } = import.meta as Partial<ImportMeta>;
  const express = requireOf(createRequire(url ?? __filename), 'express');
  const below = TALKATIVE.map((name) => express && requireOf(express, name));
  return [express, ...below].flatMap((require) => {
    try {
      return require ? [require('debug') as Debug] : [];
    } catch {
      return [];
    }
  });
}

/** @returns undefined where the package is not installed, or bundled. */
function requireOf(require: NodeJS.Require, name: string): NodeJS.Require | undefined {
  try {
    return createRequire(require.resolve(name));
  } catch {
    return undefined;
  }
}
