import assert from 'node:assert/strict';
import { loadsOtherwise } from '../../../lib/cli/kept-packages/loads-otherwise.ts';

describe('Options of Node that change what is loaded', () => {
  it('are known however they are written', () => {
    for (const options of [
      '-r ./watch.cjs',
      '--max-old-space-size=512 --require=./watch.cjs',
      '"--require=./with a blank/watch.cjs"',
      '--enable-source-maps "--import" "./with a blank/watch.js"',
      '--experimental_loader ./watch.js',
      '--preserve_symlinks',
    ])
      assert.ok(loadsOtherwise(options), options);
  });

  it('are no others', () => {
    for (const options of ['', '--max-old-space-size=512 --enable-source-maps', '--report-on-signal'])
      assert.ok(!loadsOtherwise(options), options);
  });
});
