/** deploy/compose.yaml, whose services run here without Docker: what it says is done line by line. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { engines } from '../engines.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

type Variables = Readonly<Record<string, string>>;

export interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly env_file?: string | readonly (string | { path: string; required: boolean })[];
  readonly environment?: Variables;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly healthcheck?: { test: readonly string[] };
}

/**
 * @param path - from the top of the repository.
 */
export function fileOf(path: string): Promise<string> {
  return readFile(new URL(path, `file://${ROOT}`), 'utf8');
}

/** The names that a file of variables sets, or mentions as a comment. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name!);
}

/**
 * The services, as Compose reads them.
 *
 * @param env - what stands in deploy/.env: https://docs.docker.com/reference/compose-file/interpolation/
 */
export async function composeServices(env: Variables = {}): Promise<Record<string, Service>> {
  const text = (await fileOf('deploy/compose.yaml')).replace(
    /\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g,
    (_all, name: string, otherwise?: string) => env[name] ?? otherwise ?? '',
  );
  return (parse(text) as { services: Record<string, Service> }).services;
}

/**
 * The environment of a service of ours, with the engines of these tests instead of the containers.
 *
 * @param files - what the files of variables say that it reads.
 */
export function environmentOf({ environment = {} }: Service, database: string, files: Variables = {}) {
  return {
    PATH: process.env.PATH ?? '',
    GITHUB_APP_CLIENT_ID: 'Iv1.compose',
    GITHUB_APP_CLIENT_SECRET: 'hush',
    COOKIE_SECRETS: randomBytes(32).toString('hex'),
    TOKEN_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    ...files,
    ...environment,
    DATABASE_URL: database,
    REDIS_URL: engines().redis.url,
    // The sources stand in for what the image has of them.
    OPENHANDS_CONFIG_CLS: (environment.OPENHANDS_CONFIG_CLS ?? '')
      .replace('/dist/', '/lib/')
      .replace('.js#', '.ts#'),
  };
}

/** Runs what the image runs, with its arguments. */
export function runImage(
  args: readonly string[],
  env: Variables,
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, ['--import', 'tsx', 'lib/cli/openhands-express.ts', ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
