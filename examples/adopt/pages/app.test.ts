import assert from 'node:assert/strict';
import request from 'supertest';
import { makeApp } from './app.ts';

type Agent = ReturnType<typeof request.agent>;

describe('The notebook', () => {
  let browser: Agent;

  beforeEach(() => {
    browser = request.agent(makeApp());
  });

  /** Sends a form with the token of a page, as a browser does. */
  async function submit(page: string, action: string, fields: Record<string, string>) {
    const { text } = await browser.get(page);
    const [, token = ''] = /name="_csrf" value="([^"]+)"/.exec(text) ?? [];
    return browser
      .post(action)
      .type('form')
      .send({ _csrf: token, ...fields });
  }

  async function signIn(): Promise<void> {
    const form = { username: 'ada', password: 'engine' };
    assert.equal((await submit('/sign-in', '/sign-in', form)).headers.location, '/notes');
  }

  it('has a page for everybody', async () => {
    await browser.get('/').expect(200, /Notebook/);
    await browser.get('/style.css').expect(200, /font/);
    await browser.get('/none').expect(404, /no such page/);
  });

  it('asks who you are', async () => {
    await browser.get('/notes').expect(302).expect('Location', '/sign-in');
    await browser.get('/sign-in').expect(200).expect('X-Frame-Options', 'DENY');
    const wrong = { username: 'ada', password: 'loom' };
    assert.equal((await submit('/sign-in', '/sign-in', wrong)).headers.location, '/sign-in');
    await browser.get('/sign-in').expect(/do not fit/);
  });

  it('keeps notes', async () => {
    await signIn();
    const { headers } = await submit('/notes/new', '/notes', { title: 'Bernoulli', text: 'numbers' });
    await browser.get(String(headers.location)).expect(/Bernoulli/);
    await browser.get('/notes?word=numbers').expect(/Bernoulli/);
    await browser.get('/notes?word=letters&word=figures').expect(200);
  });

  it('wants a title', async () => {
    await signIn();
    const { headers } = await submit('/notes/new', '/notes', { title: '', text: 'numbers' });
    assert.equal(headers.location, '/notes');
    await browser.get('/notes').expect(/needs a title/);
  });

  it('throws notes away', async () => {
    await signIn();
    const { headers } = await submit('/notes/new', '/notes', { title: 'Bernoulli', text: '' });
    const note = String(headers.location);
    await submit(note, note, { _method: 'DELETE' });
    const { text } = await browser.get('/notes');
    assert.ok(!text.includes('Bernoulli'));
  });

  it('signs out', async () => {
    await signIn();
    await submit('/', '/sign-out', {});
    await browser.get('/notes').expect('Location', '/sign-in');
  });

  it('takes no form of others', async () => {
    await browser
      .post('/sign-out')
      .type('form')
      .send({ _csrf: 'forged' })
      .expect(/went wrong/);
  });
});
