import { IncomingMessage } from 'node:http';
import { watchExpress } from './watch/watch-express.ts';

/**
 * Puts the watcher where `openhands-express/learn/jest` finds it. Jest gives each test file a registry of modules and
 * globals of its own; what it shares with the process are Node's own classes.
 */
export function shareWithJest(): void {
  Object.defineProperty(IncomingMessage, Symbol.for('openhands-express.learn'), {
    value: watchExpress,
    configurable: true,
  });
}
