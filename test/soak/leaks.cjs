/** Loaded into the processes of a server: at SIGUSR2 one takes memory until it has none left. */
const process = require('node:process');

process.on('SIGUSR2', () => {
  const kept = [];
  for (;;) kept.push(new Array(1_000).fill(kept.length));
});
