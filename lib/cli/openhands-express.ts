#!/usr/bin/env node
import { keepCompiled } from './keep-compiled.ts';
import { main } from './main.ts';
import { processTerminal } from './process-terminal.ts';

const args = process.argv.slice(2);
// Before all that it loads. Other commands leave nothing behind, wherever they run.
if (args[0] === 'serve') keepCompiled(process.env);
const code = await main(args, processTerminal);

// A module that `stack` has loaded may hold connections or timers, which would keep the process; pipes are emptied first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
