/** A worker that serves nobody, and does what a file says of its number. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setInterval } from 'node:timers';

const [, , directory] = process.argv;
const number = process.env.OPENHANDS_EXPRESS_WORKER;
const conduct = JSON.parse(readFileSync(join(directory, 'conduct.json'), 'utf8'))[number];

let hears = false;
const ready = () => {
  hears = true;
  process.send({ kind: 'ready', logLevel: 'info' });
};
const conducts = {
  serves: ready,
  crashes: () => process.exit(1),
  hangs: () => undefined,
  waits() {
    writeFileSync(join(directory, 'waiting'), '');
    setInterval(() => existsSync(join(directory, 'go')) && ready(), 10);
  },
  ignores() {
    process.removeAllListeners('message');
    process.on('message', () => undefined);
    ready();
  },
};
process.on('message', ({ kind }) => kind === 'end' && hears && process.exit(0));
conducts[conduct]();
