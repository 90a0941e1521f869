/** The least that an app which talks to GitHub loads: Express, and Octokit. */
import process from 'node:process';
import { Octokit } from '@octokit/rest';
import express from 'express';

const octokit = new Octokit();
const app = express();
app.get('/health', (_req, res) => res.json(typeof octokit.rest));
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listens on http://127.0.0.1:${server.address().port}\n`);
});
