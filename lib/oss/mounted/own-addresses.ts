import { readdir } from 'node:fs/promises';
import { sep } from 'node:path';
import { ConfigurationError } from '../errors.ts';

const REACHES = ['own', 'api', 'all'] as const;

/** How far the policies of a mounted edition reach. */
export type Reach = (typeof REACHES)[number];

/** @throws ConfigurationError for what is no reach. */
export function reachFrom(given: Reach = 'own'): Reach {
  if (REACHES.includes(given)) return given;
  throw new ConfigurationError(`The option reach must be one of ${REACHES.join(', ')}.`);
}

/**
 * Says which addresses are an edition's own, as Express matches them: whatever the case, with or without a slash at the end.
 *
 * @param paths - those of its routes, `{…}` for a parameter, as in OpenAPI.
 * @param files - those of its page, which are told by their case where the system tells files by it.
 */
export function ownAddresses(
  paths: Iterable<string>,
  files: Iterable<string> = [],
  platform: NodeJS.Platform = process.platform,
): (path: string) => boolean {
  const fixed = new Set<string>();
  const patterns: RegExp[] = [];
  for (const path of paths) {
    if (path.includes('{')) patterns.push(patternOf(path));
    else fixed.add(withoutSlash(path).toLowerCase());
  }
  const asFile = platform === 'win32' || platform === 'darwin' ? folded : (path: string) => path;
  const pages = new Set(Array.from(files, asFile));
  return (path) => {
    const plain = withoutSlash(path);
    return (
      fixed.has(plain.toLowerCase()) ||
      patterns.some((it) => it.test(plain)) ||
      pages.has(asFile(decoded(path)))
    );
  };
}

/** The paths at which the files of a folder are served, that of an `index.html` being its folder's as well. */
export async function pathsOfFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true });
  const paths = entries.map((name) => `/${name.split(sep).join('/')}`);
  return paths.flatMap((path) => [path, ...(path.endsWith('/index.html') ? [path.slice(0, -10)] : [])]);
}

function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replace(/\{[^}]*\}/g, '[^/]+')}$`, 'i');
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** macOS and Windows find a file by its name in any case, and macOS in any composition of its letters. */
function folded(path: string): string {
  return path.normalize().toLowerCase();
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
