/** How the four runners of docs/testing.md are called; their settings are what that page says. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeBlocks } from '../docs/code-blocks.ts';

/** What they need, in the versions of our own node_modules. */
export const PACKAGES_OF_RUNNERS: readonly string[] = ['esbuild', 'jest', 'mocha', 'tsx', 'vitest'];

export interface Runner {
  /** The arguments of Node; the files follow. */
  readonly command: readonly string[];
  /** How many tests have passed, by what it has written. */
  readonly passed: RegExp;
}

export const RUNNERS: Readonly<Record<'mocha' | 'vitest' | 'jest' | 'node:test', Runner>> = {
  mocha: { command: ['node_modules/mocha/bin/mocha.js'], passed: /^ +(\d+) passing/m },
  vitest: { command: ['node_modules/vitest/vitest.mjs', 'run'], passed: /^ +Tests +(\d+) passed \(\1\)/m },
  jest: {
    command: ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js'],
    passed: /^Tests: +(\d+) passed, \1 total/m,
  },
  'node:test': {
    command: ['--import', 'tsx', '--import', './node-test-globals.js', '--test'],
    passed: /^(?:#|ℹ) pass (\d+)/m,
  },
};

/**
 * Writes the settings, and the test suites that the page consists of, into a project.
 *
 * @returns the paths of the suites.
 */
export async function writePageOfTesting(project: string): Promise<string[]> {
  const suites: string[] = [];
  await mkdir(join(project, 'docs'), { recursive: true });
  for (const { file, code, line, isRun } of codeBlocks('docs/testing.md')) {
    const path = file ?? join('docs', `block-${line}.test.ts`);
    if (file === undefined && isRun) suites.push(path);
    await writeFile(join(project, path), code);
  }
  return suites;
}
