/** The least that a server with workers is: Node's cluster with node:http or with Express; without workers, these alone. */
import cluster from 'node:cluster';
import { createServer } from 'node:http';
import process from 'node:process';
import express from 'express';

const [, , kind, port, workers] = process.argv;
const settings = {
  language: 'en',
  agent: 'CodeActAgent',
  llm_model: 'openai/gpt-4o',
  github_token_is_set: true,
};

function listener() {
  if (kind === 'express') return express().get('/api/settings', (_req, res) => res.json(settings));
  return (_req, res) => res.setHeader('Content-Type', 'application/json').end(JSON.stringify(settings));
}

if (Number(workers) > 0 && cluster.isPrimary) {
  let listening = 0;
  cluster.on('listening', () => ++listening === Number(workers) && process.stdout.write('listens\n'));
  for (let number = 1; number <= Number(workers); number++) cluster.fork();
} else {
  createServer(listener()).listen(Number(port), '127.0.0.1', () => {
    if (cluster.isPrimary) process.stdout.write('listens\n');
  });
}
