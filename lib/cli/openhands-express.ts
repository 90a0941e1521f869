#!/usr/bin/env node
import { main } from './main.ts';
import { processTerminal } from './process-terminal.ts';

const code = await main(process.argv.slice(2), processTerminal);

// A module that `stack` has loaded may hold connections or timers, which would keep the process; pipes are emptied first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
