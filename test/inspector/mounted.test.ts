import assert from 'node:assert/strict';
import { OssApp } from '../integration/oss-app.ts';
import { Site } from './watching.ts';

describe('STACK_INSPECTOR', () => {
  let oss: OssApp;

  afterEach(() => oss.close());

  it('mounts the inspector at /stack, in front of the stack', async () => {
    oss = await OssApp.start({ env: { STACK_INSPECTOR: '1' } });
    const page = await oss.request.get('/stack/').expect(200);
    assert.match(page.text, /<title>Stack inspector/);
    assert.equal(page.get('X-Request-Id'), undefined, 'the stack has not seen it');
    const { body } = await oss.request.get('/stack/outline').expect(200);
    assert.deepEqual((body as { layers: unknown }).layers, ['oss']);
  });

  it('is off by default', async () => {
    oss = await OssApp.start();
    await oss.request.get('/stack/').expect(404);
  });

  it('closes the inspector where a proxy is in front, on this machine as well', async () => {
    oss = await OssApp.start({ env: { STACK_INSPECTOR: '1', PUBLIC_URL: 'https://openhands.example' } });
    await oss.request.get('/stack/').expect(403);
  });

  it('ends the streams when the server drains, so that it can close', async () => {
    oss = await OssApp.start({ env: { STACK_INSPECTOR: '1' } });
    const site = await Site.open(oss.app);
    const events = site.watch();
    await events.next();
    oss.app.drain();
    for await (const { name } of events) assert.equal(name, 'complete', 'nothing comes after the end');
    assert.equal(oss.app.config.isDraining, true);
    await site.close();
  });
});
