/**
 * `setupFiles: ['openhands-express/learn/jest']`: Jest loads Express anew for each test file, past the watcher that
 * `openhands-express learn` has put into the process. This takes each of them to it. Without the watcher it does nothing.
 */
const { IncomingMessage } = require('node:http');
const { cwd } = require('node:process');

const watchExpress = IncomingMessage[Symbol.for('openhands-express.learn')];

if (watchExpress !== undefined) {
  try {
    // The app's own Express, not one that this package has.
    watchExpress(require(require.resolve('express', { paths: [cwd()] })));
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
  }
}
