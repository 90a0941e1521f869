import type { Declaration } from './declaration.ts';
import { faultOfKey, isOptionalRead, keyOfRead } from './keys.ts';
import { reservedKey } from './reserved-key.ts';

const LISTS = ['reads', 'writes', 'updates', 'headers', 'after', 'before', 'requires'] as const;

/** An HTTP token (RFC 9110, section 5.6.2), which a header's name must be. */
const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;

/**
 * Refuses a malformed declaration where it is written, before a stack is composed of it.
 *
 * @throws TypeError that names the middleware and what is wrong.
 */
export function checkDeclaration(declaration: Declaration, handle: unknown): void {
  const { name } = declaration as { name: unknown };
  if (typeof name !== 'string' || name === '' || name.endsWith('?') || name.startsWith('header:')) {
    throw new TypeError(
      `A middleware needs a name, such as 'rate-limit'; it may not end in "?" or begin with "header:". It is ${JSON.stringify(name)}.`,
    );
  }
  const refuse = (what: string): never => {
    throw new TypeError(`Middleware "${name}": ${what}`);
  };

  if (typeof handle !== 'function') refuse('handle must be a function (req, res, next).');
  for (const field of LISTS) {
    const list: unknown = declaration[field];
    if (list === undefined) continue;
    if (!Array.isArray(list) || list.some((item) => typeof item !== 'string' || item === '')) {
      refuse(`${field} must be an array of names.`);
    }
  }
  checkKeys(declaration, refuse);
  for (const header of declaration.headers ?? []) {
    if (!TOKEN.test(header)) refuse(`"${header}" is not the name of a header.`);
  }
  for (const field of ['ends', 'fails'] as const) {
    const statuses: unknown = declaration[field];
    if (statuses === undefined) continue;
    if (!Array.isArray(statuses)) {
      const hint = typeof statuses === 'number' ? `; write ${field}: [${statuses}]` : '';
      refuse(`${field} takes an array of HTTP statuses${hint}.`);
    }
    for (const status of statuses as unknown[]) {
      if (!Number.isInteger(status) || Number(status) < 100 || Number(status) > 599) {
        refuse(`${field} takes HTTP statuses, such as [429], not ${String(status)}.`);
      }
    }
  }
  if (declaration.path !== undefined && declaration.mount !== undefined) {
    refuse('write either path or mount: a mount is a path that is taken off req.url.');
  }
  checkPrefixes('path', declaration.path, refuse);
  checkPrefixes('mount', declaration.mount, refuse);
}

/**
 * Refuses a prefix that cannot be compared with others: two middlewares on patterns may or may not meet on a request,
 * and the checks have to know.
 */
function checkPrefixes(
  field: 'path' | 'mount',
  prefixes: string | readonly string[] | undefined,
  refuse: (what: string) => never,
): void {
  for (const prefix of prefixes === undefined ? [] : ([prefixes].flat() as unknown[])) {
    if (typeof prefix === 'string' && prefix.startsWith('/') && !/[:*?()[\]{}!+#\\]/.test(prefix)) continue;
    const shown = prefix instanceof RegExp ? String(prefix) : JSON.stringify(prefix);
    const hint = typeof prefix === 'string' && !prefix.startsWith('/') ? `; begin it with "/"` : '';
    refuse(
      `${field} must be a plain prefix, such as '/api', not ${shown}${hint}. A pattern or a parameter belongs into a router that stands in the layer.`,
    );
  }
}

function checkKeys(
  { reads = [], writes = [], updates = [] }: Declaration,
  refuse: (what: string) => never,
): void {
  for (const key of [...reads.map(keyOfRead), ...writes, ...updates] as string[]) {
    if (reservedKey(key)) refuse(`"${key}" cannot be a state key: JavaScript gives that name a meaning.`);
    const fault = faultOfKey(key.replace(/\?$/, ''));
    if (fault !== undefined) refuse(`"${key}" cannot be a key: ${fault}.`);
  }
  for (const key of [...writes, ...updates] as string[]) {
    if (isOptionalRead(key)) refuse(`"${key}" is written, so it is not optional: only reads may end in "?".`);
  }
  const both = writes.find((key) => updates.includes(key));
  if (both !== undefined) {
    refuse(`"${both}" stands in writes and in updates: to update a key is to read it and rewrite it.`);
  }
}
