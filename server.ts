/** Runs an edition as a server: `npm start`, or `npm run start:enterprise`. */
import { main } from './lib/cli/main.ts';
import { processTerminal } from './lib/cli/process-terminal.ts';

// Not only the exit code: idle connections to GitHub would keep the process for some seconds more.
process.exit(await main(['serve', ...process.argv.slice(2)], processTerminal));
