// Preloaded into a code block that is a server: it listens on any free port, and the runner is told which.
import { Server } from 'node:net';
import process from 'node:process';

const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  this.once('listening', () => process.send(this.address().port));
  return listen.call(this, 0, '127.0.0.1', ...rest.filter((argument) => typeof argument === 'function'));
};
process.channel.unref();
