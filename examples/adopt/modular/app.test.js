import { once } from 'node:events';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeApp } from './app.js';

describe('The club', () => {
  let app;
  let club;

  beforeEach(() => {
    app = makeApp();
    club = request.agent(app).set('X-Api-Key', 'key-of-ada');
  });

  it('wants a key', async () => {
    await request(app).get('/v1/teams').expect(401);
    await request(app).get('/elsewhere').expect(404);
  });

  it('has teams', async () => {
    const { body } = await club.get('/v1/teams').expect(200);
    expect(body.map(({ name }) => name)).toContain('chess');
    await club.get('/v1/teams/chess').expect(200, { name: 'chess', members: ['ada'] });
    await club.get('/v1/teams/polo').expect(/No team polo/);
  });

  it('tells of a new team', async () => {
    const told = once(app, 'team');
    await club.post('/v1/teams').send({ name: 'go' }).expect(201);
    expect(await told).toEqual(['go']);
  });

  it('has members', async () => {
    await club.put('/v1/teams/rowing/members/alan').expect(204);
    const { body } = await club.get('/v1/teams/rowing/members').expect(200);
    expect(body).toContain('alan');
    await club.get('/v1/teams/polo/members').expect(/No team polo/);
  });

  it('counts for the board', async () => {
    const { body } = await club.get('/v1/reports/sizes').expect(200);
    expect(body.chess).toBe(1);
  });
});
