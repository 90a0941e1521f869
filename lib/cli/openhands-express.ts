#!/usr/bin/env node
import { interruption } from './interruption.ts';
import { main } from './main.ts';

process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  out: (text) => console.log(text),
  error: (text) => console.error(text),
  screen: process.stderr.isTTY ? process.stderr : undefined,
  interruption,
});
