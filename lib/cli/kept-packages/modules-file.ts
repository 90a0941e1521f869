import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { makeOwnFolder } from '../make-own-folder.ts';
import type { KeptModule, KeptModules } from './kept-modules.ts';

/** A module as the head of the file has it: with the lengths of what follows the head. */
interface Entry extends Omit<KeptModule, 'source' | 'code'> {
  readonly bytes: number;
  readonly isAscii: boolean;
  readonly codeBytes: number;
}

type Head = Omit<KeptModules, 'modules'> & { readonly entries: readonly Entry[] };

/** In front of the head: a checksum of all that follows, and the length of the head. */
const PREFIX_BYTES = 8;

/**
 * Reads what {@link writeModules} wrote.
 *
 * @throws an error when it is not there, is damaged, or others than this user may have written it: it is code.
 */
export function readModules(path: string): KeptModules {
  const bytes = readOwn(path);
  if (bytes.readUInt32LE(0) !== crc32(bytes.subarray(4))) throw new Error(`${path} is damaged.`);
  let end = PREFIX_BYTES + bytes.readUInt32LE(4);
  const { entries, ...rest } = JSON.parse(bytes.toString('utf8', PREFIX_BYTES, end)) as Head;
  // The texts are parts of it that nobody copies. As long as it is, Node keeps it outside of V8's heap.
  const ascii = bytes.toString('latin1');
  const modules = entries.map(({ bytes: length, isAscii, codeBytes, ...module }): KeptModule => {
    const start = end;
    end += length;
    const source = isAscii ? ascii.slice(start, end) : bytes.toString('utf8', start, end);
    const code = bytes.subarray(end, (end += codeBytes));
    return { ...module, source, ...(codeBytes > 0 && { code }) };
  });
  return { ...rest, modules };
}

/** Writes it beside, and then puts it in its place, as several processes may do so at once. */
export function writeModules(path: string, { modules, ...rest }: KeptModules): void {
  const body: Buffer[] = [];
  const entries = modules.map(({ source, code = Buffer.alloc(0), ...module }): Entry => {
    const text = Buffer.from(source);
    body.push(text, code);
    return { ...module, bytes: text.length, isAscii: text.length === source.length, codeBytes: code.length };
  });
  const head = Buffer.from(JSON.stringify({ ...rest, entries } satisfies Head));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32LE(head.length, 4);
  const bytes = Buffer.concat([prefix, head, ...body]);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  makeOwnFolder(dirname(path));
  const beside = `${path}.${process.pid}`;
  // Never through a link that another user has put there.
  rmSync(beside, { force: true });
  try {
    writeFileSync(beside, bytes, { mode: 0o600, flag: 'wx' });
    renameSync(beside, path);
  } catch (error) {
    // On a full disk half of it would stay, once for each start.
    rmSync(beside, { force: true });
    throw error;
  }
}

function readOwn(path: string): Buffer {
  // Not through a link: it may lead to what a stranger has had this user write, such as an upload. Windows has no such flag.
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { uid, mode } = fstatSync(file);
    // Windows has neither; there the folder of a user is the user's own.
    const isOwn = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
    if (!isOwn) throw new Error(`Others than this user may have written ${path}.`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}
