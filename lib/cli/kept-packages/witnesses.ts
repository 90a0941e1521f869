import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Witnesses } from './kept-modules.ts';

/**
 * What changes when a file does; undefined where none is. The time at which its entry was changed counts too, since installers may give all files
 * of a package one and the same time.
 */
export function stampOf(file: string): string | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats && `${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;
}

/** Whether all is on the disk as it was. */
export function isAsWitnessed({ stamps, absent }: Witnesses): boolean {
  return (
    Object.entries(stamps).every(([file, stamp]) => stampOf(file) === stamp) &&
    absent.every((path) => stampOf(path) === undefined)
  );
}

/** Notes what a look for modules has found, so that the next start need not look. */
export class WitnessList {
  readonly #stamps = new Map<string, string>();
  readonly #absent = new Set<string>();

  file(file: string): void {
    const stamp = stampOf(file);
    if (stamp === undefined) this.#absent.add(file);
    else this.#stamps.set(file, stamp);
  }

  /** Where Node finds a package, and where it looks before that. */
  package(from: string, specifier: string): void {
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
    for (const folder of createRequire(from).resolve.paths(specifier) ?? []) {
      if (existsSync(join(folder, name))) {
        this.file(join(folder, name, 'package.json'));
        return;
      }
      this.#absent.add(existsSync(folder) ? join(folder, name) : folder);
    }
  }

  get all(): Witnesses {
    return { stamps: Object.fromEntries(this.#stamps), absent: [...this.#absent] };
  }
}
