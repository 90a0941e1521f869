/**
 * Loaded into the processes of a server: at SIGUSR2 one collects its garbage, and writes what it keeps into a file of its
 * own, a line each time, in bytes.
 */
const { appendFileSync } = require('node:fs');
const { join } = require('node:path');
const process = require('node:process');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

process.on('SIGUSR2', () => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  appendFileSync(join(process.env.BENCH_KEPT_FOLDER, String(process.pid)), `${heapUsed + external}\n`);
});
