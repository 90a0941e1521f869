import assert from 'node:assert/strict';
import express from 'express';
import request from 'supertest';
import { learn } from '../../../lib/learn/index.ts';
import { namedPath } from '../../../lib/learn/report/named-path.ts';

describe('The path of a request in a report', () => {
  it('has no segment that may be a secret or the address of a person', () => {
    for (const secret of [
      'ghp_abcdef',
      'github_pat_11ABC',
      '7c9e6679-7425-40de-944b-e07fc1f90ae7',
      '3f9ac0d41b7e5a62',
      'eyJhbGciOiJIUzI1NiJ9.eyJpZCI6MX0.x-_',
      'ann@example.com',
      'ann%40example.com',
    ]) {
      assert.equal(namedPath(`/reset/${secret}/new`), '/reset/*/new', secret);
    }
  });

  it('is as it was sent otherwise', () => {
    for (const path of [
      '/',
      '/v1/users/583231',
      '/api/search/repositories-of-organizations/',
      '/file.min.js',
    ])
      assert.equal(namedPath(path), path);
  });

  it('is so in every finding', async () => {
    const app = express();
    app.get('/reset/:token', (_req, res, next) => {
      res.json({});
      next();
    });
    const watched = learn(app);
    const report = await watched.during(async () => {
      for (const token of ['3f9ac0d41b7e5a62', '8e1b7c9d0a2f4e63']) await request(app).get(`/reset/${token}`);
    });
    const { findings } = report;
    assert.ok(findings.length > 0);
    for (const { requests } of findings) assert.deepEqual(requests, ['GET /reset/*']);
  });
});
