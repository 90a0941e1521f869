import { types } from 'node:util';
import { didYouMean } from '../diagnose/did-you-mean.ts';
import { shown } from '../diagnose/shown.ts';
import type { Declaration } from './declaration.ts';
import { faultOfKey, isOptionalRead, keyOfRead } from './keys.ts';
import { faultOfNames } from './name-list.ts';
import type { WayBack } from './way-back.ts';

/** All that may stand in a declaration. Made from a declared middleware it has the `handle` and the `site` of that. */
const FIELDS: Readonly<Record<keyof Declaration | keyof WayBack | 'handle' | 'site', 'names' | 'other'>> = {
  name: 'other',
  path: 'other',
  mount: 'other',
  reads: 'names',
  writes: 'names',
  updates: 'names',
  readsAfter: 'names',
  headers: 'names',
  ends: 'other',
  fails: 'other',
  after: 'names',
  before: 'names',
  requires: 'names',
  overrides: 'other',
  handle: 'other',
  beforeHeaders: 'other',
  afterResponse: 'other',
  site: 'other',
};

/** An HTTP token (RFC 9110, section 5.6.2), which a header's name must be. */
const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;

type Refuse = (what: string) => never;

/**
 * Refuses a malformed declaration where it is written, before a stack is composed of it.
 *
 * @param declaration - a plain object.
 * @throws TypeError that names the middleware, what is wrong, and what to write.
 */
export function checkDeclaration(declaration: Declaration, handle: unknown): void {
  const { name } = declaration as { name: unknown };
  if (typeof name !== 'string' || name === '' || name.endsWith('?') || name.startsWith('header:')) {
    throw new TypeError(
      `A middleware needs a name, such as 'rate-limit'; it may not end in "?" or begin with "header:". It is ${shown(name)}.`,
    );
  }
  const refuse: Refuse = (what) => {
    throw new TypeError(`Middleware "${name}": ${what}`);
  };

  if (typeof handle !== 'function')
    refuse(`handle must be a function (req, res, next), not ${shown(handle)}.`);
  checkFields(declaration, refuse);
  checkKeys(declaration, refuse);
  checkWayBack(declaration, refuse);
  for (const header of declaration.headers ?? []) {
    if (!TOKEN.test(header)) refuse(`"${header}" is not the name of a header.`);
  }
  checkStatuses('ends', declaration.ends, refuse);
  checkStatuses('fails', declaration.fails, refuse);
  const overrides: unknown = declaration.overrides;
  if (overrides !== undefined && (typeof overrides !== 'string' || overrides === '')) {
    refuse(`overrides takes the name of one middleware, such as 'cors', not ${shown(overrides)}.`);
  }
  if (declaration.path !== undefined && declaration.mount !== undefined) {
    refuse('write either path or mount: a mount is a path that is taken off req.url.');
  }
  checkPrefixes('path', declaration.path, refuse);
  checkPrefixes('mount', declaration.mount, refuse);
}

/** A field that nobody knows is one that was misspelled: the middleware would run in the wrong place, or everywhere. */
function checkFields(declaration: Declaration, refuse: Refuse): void {
  for (const [field, value] of Object.entries(declaration)) {
    if (!Object.hasOwn(FIELDS, field)) {
      const known = Object.keys(FIELDS).filter((one) => one !== 'site');
      refuse(`there is no field "${field}". ${didYouMean(field, known)}The fields are ${known.join(', ')}.`);
    }
    if (value === undefined || FIELDS[field as keyof typeof FIELDS] !== 'names') continue;
    const fault = faultOfNames(field, value);
    if (fault !== undefined) refuse(fault);
  }
}

function checkStatuses(field: 'ends' | 'fails', statuses: unknown, refuse: Refuse): void {
  if (statuses === undefined) return;
  if (!Array.isArray(statuses)) {
    const hint = typeof statuses === 'number' ? `; write ${field}: [${statuses}]` : '';
    refuse(`${field} takes an array of HTTP statuses${hint}.`);
  }
  for (const status of statuses as unknown[]) {
    if (!Number.isInteger(status) || Number(status) < 100 || Number(status) > 599) {
      refuse(`${field} takes HTTP statuses, such as [429], not ${shown(status)}.`);
    }
  }
}

/**
 * Refuses a prefix that cannot be compared with others: two middlewares on patterns may or may not meet on a request,
 * and the checks have to know.
 */
function checkPrefixes(
  field: 'path' | 'mount',
  declared: string | readonly string[] | undefined,
  refuse: Refuse,
): void {
  if (declared === undefined) return;
  const prefixes = Array.isArray(declared) ? Array.from(declared as unknown[]) : [declared];
  if (prefixes.length === 0) {
    refuse(`${field} is empty, so it would never run; leave ${field} out if it runs on every request.`);
  }
  for (const prefix of prefixes) {
    if (typeof prefix === 'string' && prefix.startsWith('/') && !/[:*?()[\]{}!+#\\]/.test(prefix)) continue;
    const text = types.isRegExp(prefix) ? String(prefix) : shown(prefix);
    const hint = typeof prefix === 'string' && !prefix.startsWith('/') ? `; begin it with "/"` : '';
    refuse(
      `${field} must be a plain prefix, such as '/api', not ${text}${hint}. A pattern or a parameter belongs into a router that stands in the layer.`,
    );
  }
}

/**
 * Refuses what cannot be called when the headers are about to be sent, or behind that: there is no `next` then, and the
 * headers do not wait.
 */
function checkWayBack(
  declaration: Declaration & { readonly [Hook in keyof WayBack]: unknown },
  refuse: Refuse,
): void {
  for (const hook of ['beforeHeaders', 'afterResponse'] as const) {
    const act = declaration[hook];
    if (act === undefined) continue;
    if (typeof act !== 'function') refuse(`${hook} must be a function (req, res), not ${shown(act)}.`);
    if (act.length > 2) refuse(`${hook} takes (req, res): there is no next on the way back.`);
    if (hook === 'beforeHeaders' && act.constructor.name === 'AsyncFunction') {
      refuse(
        'beforeHeaders is synchronous, since headers wait for no promise: do in handle what takes its time.',
      );
    }
  }
}

function checkKeys(
  { reads = [], writes = [], updates = [], readsAfter = [] }: Declaration,
  refuse: Refuse,
): void {
  for (const key of [...reads.map(keyOfRead), ...writes, ...updates, ...readsAfter] as string[]) {
    const fault = faultOfKey(key);
    if (fault !== undefined) refuse(fault);
  }
  for (const key of [...writes, ...updates] as string[]) {
    if (isOptionalRead(key)) refuse(`"${key}" is written, so it is not optional: only reads may end in "?".`);
  }
  for (const key of readsAfter as readonly string[]) {
    if (isOptionalRead(key)) {
      refuse(`"${key}" in readsAfter may be missing anyway; write '${keyOfRead(key)}'.`);
    }
    if (reads.map(keyOfRead).includes(key)) {
      refuse(
        `"${key}" stands in reads and in readsAfter: what it reads on the way in it may read on the way back as well.`,
      );
    }
  }
  const both = writes.find((key) => updates.includes(key));
  if (both !== undefined) {
    refuse(`"${both}" stands in writes and in updates: to update a key is to read it and rewrite it.`);
  }
}
