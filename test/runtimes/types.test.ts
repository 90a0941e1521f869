import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CODE } from '../package/consumer-code.ts';
import { emptyProject } from './empty-project.ts';
import { tarball } from './fixture.ts';

const run = promisify(execFile);

/** The versions of TypeScript: the oldest that the declarations are for, the last of each line, and the one in Go. */
const COMPILERS = ['5.5.2', '5.9.3', '6.0.3', '7.0.2'];

const SETTINGS = {
  compilerOptions: {
    ...{ module: 'nodenext', target: 'es2022', strict: true, noEmit: true, skipLibCheck: true },
    ...{ exactOptionalPropertyTypes: true, types: ['node'] },
  },
  include: ['main.ts', 'inline.ts'],
};

/** What is inferred where nothing has a name. */
const INLINE = `
import express from 'express';
import { compose, defineMiddleware } from 'openhands-express/compose';

declare module 'openhands-express/compose' {
  interface RequestState {
    team?: string;
  }
}

const stack = compose({
  base: [defineMiddleware({ name: 'team', writes: ['team'], handle: (req, _res, next) => { req.state.team = 'a'; next(); } })],
  mine: [(_req, _res, next) => { next(); }],
});
const app = express();
app.use('/api', stack, (req, res) => {
  const team: string | undefined = req.state.team;
  // @ts-expect-error -- a key that nobody has declared
  res.json({ team, other: req.state.taem });
});
`;

for (const express of ['4', '5']) {
  describe(`The types of the packed package, beside @types/express ${express},`, () => {
    let project: string;

    before(async () => {
      project = await emptyProject(`types-${express}`);
      await writeFile(join(project, 'tsconfig.json'), JSON.stringify(SETTINGS));
      await writeFile(join(project, 'main.ts'), CODE);
      await writeFile(join(project, 'inline.ts'), INLINE);
      const packages = [
        ...[tarball(), `express@${express}`, `@types/express@${express}`, '@types/node@20'],
        ...['supertest', '@types/supertest'],
        ...COMPILERS.map((version) => `typescript-${version}@npm:typescript@${version}`),
      ];
      const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages];
      await run('npm', args, { cwd: project, maxBuffer: 1 << 24 });
    });

    for (const version of COMPILERS) {
      it(`are right for TypeScript ${version}`, async () => {
        const tsc = join(project, 'node_modules', `typescript-${version}`, 'bin', 'tsc');
        await run(process.execPath, [tsc, '--pretty', 'false'], { cwd: project }).catch((error: unknown) => {
          throw new Error((error as { stdout: string }).stdout, { cause: error });
        });
      });
    }
  });
}
