import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Two packages of CommonJS, one of which needs the other, with what is in real ones. */
const FILES = {
  'program.js': `require('door');`,
  'node_modules/door/package.json': '{ "name": "door", "main": "./lib" }',
  'node_modules/door/lib/index.js': `
    exports.path = require('node:path');
    exports.friend = require('@planted/friend');
    exports.table = require('../table.json');
    exports.round = require('./round');
    exports.place = [__filename, __dirname, module.exports === exports, this === exports];
    exports.fail = () => { throw new Error('thrown in a kept module'); };
    try { require('not-installed'); } catch { exports.alone = true; }
    exports.later = () => require('./later');
    exports.passedOn = require('@planted/passing-on');
  `,
  'node_modules/door/lib/round.js': `exports.early = Object.keys(require('./index.js')); // '#no-door'`,
  'node_modules/door/lib/later.js': `module.exports = 'loaded when it is asked for';`,
  'node_modules/door/table.json': '{ "text": "Zürich – 東京" }',
  'node_modules/@planted/friend/package.json': '{ "name": "@planted/friend", "version": "1.0.0" }',
  'node_modules/@planted/friend/index.js': `
    exports.text = 'Zürich – 東京';
    exports.resolve = () => require.resolve('./importing');
    exports.importing = require('./importing');
  `,
  'node_modules/@planted/friend/importing.js': `
    /** @type {import('node:path').PlatformPath} */
    exports.load = () => import('./imported.mjs');
  `,
  'node_modules/@planted/friend/imported.mjs': 'export default 1;',
  'node_modules/@planted/passing-on/package.json': `{
    "name": "@planted/passing-on", "exports": { "module-sync": "./require.mjs", "default": "./index.js" }
  }`,
  'node_modules/@planted/passing-on/require.mjs': `
    import passedOn from './index.js';

    export default passedOn;

    export { passedOn as 'module.exports' };
  `,
  'node_modules/@planted/passing-on/index.js': `module.exports = () => 'passed on';`,
};

/** What the package `door` exports. */
export interface Door {
  readonly path: unknown;
  readonly friend: {
    readonly text: string;
    readonly resolve: () => string;
    readonly importing: { readonly load: () => Promise<{ default: number }> };
  };
  readonly table: { readonly text: string };
  readonly round: { readonly early: readonly string[] };
  readonly passedOn: () => string;
  readonly place: readonly unknown[];
  readonly fail: () => never;
  readonly alone: boolean;
  readonly later: () => string;
}

/** A folder in which they are installed. */
export class PlantedPackages {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async plant(): Promise<PlantedPackages> {
    const planted = new PlantedPackages(await realpath(await mkdtemp(join(tmpdir(), 'kept-packages-'))));
    for (const [path, text] of Object.entries(FILES)) await planted.write(path, text);
    return planted;
  }

  /** The file that imports them. */
  get from(): string {
    return join(this.folder, 'program.js');
  }

  at(path: string): string {
    return join(this.folder, path);
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(this.at(path)), { recursive: true });
    await writeFile(this.at(path), text);
  }

  /** As a program does that has them installed. */
  require(): Door {
    return createRequire(this.from)('door') as Door;
  }

  /** The files of theirs that Node has as loaded. */
  get loaded(): string[] {
    const { cache } = createRequire(this.from);
    return Object.keys(cache)
      .filter((file) => file.startsWith(this.folder))
      .map((file) => file.slice(this.folder.length + 1));
  }

  /** As in a new process. */
  forget(): void {
    const { cache } = createRequire(this.from);
    for (const path of this.loaded) Reflect.deleteProperty(cache, this.at(path));
  }

  async remove(): Promise<void> {
    this.forget();
    await rm(this.folder, { recursive: true, force: true });
  }
}
