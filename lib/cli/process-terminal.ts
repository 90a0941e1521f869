import type { Terminal } from './command.ts';
import { interruption } from './interruption.ts';

/** The terminal, or whatever else this process reads from and writes to. */
export const processTerminal: Terminal = {
  env: process.env,
  out: (text) => console.log(text),
  error: (text) => console.error(text),
  screen: process.stderr.isTTY ? process.stderr : undefined,
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  interruption,
};
