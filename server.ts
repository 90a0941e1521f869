/** Runs an edition as a server: `npm start`, or `npm run start:enterprise`. */
import { processTerminal } from './lib/cli/process-terminal.ts';
import { serve } from './lib/cli/serve.ts';

// Not only the exit code: idle connections to GitHub would keep the process for some seconds more.
process.exit(await serve.run([], processTerminal));
