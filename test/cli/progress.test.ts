import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { progress } from '../../lib/cli/progress.ts';

describe('progress', () => {
  /** A screen of 80 columns, and all that was ever drawn on it. */
  function screenOf80() {
    const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), {
      isTTY: true,
      columns: 80,
      rows: 24,
    });
    const drawn = () => stripVTControlCharacters((stream.read() as string | null) ?? '');
    return { screen: stream as unknown as NodeJS.WriteStream, drawn };
  }
  const noLines = (text: string) => assert.fail(`a line was written: ${text}`);

  it('draws a bar where a person looks on, and leaves its last state standing', () => {
    const { screen, drawn } = screenOf80();
    const shown = progress('Encrypting tokens', 2_000, { screen, error: noLines });
    assert.match(drawn(), /Encrypting tokens {2}░{30} {2}0 of 2,000/);
    for (let n = 0; n < 1_000; n += 1) shown.advance();
    shown.end();
    assert.match(drawn(), /Encrypting tokens {2}█{15}░{15} {2}1,000 of 2,000\n$/);
  });

  it('does not draw each of very many steps', () => {
    const { screen, drawn } = screenOf80();
    const shown = progress('Encrypting tokens', 100_000, { screen, error: noLines });
    for (let n = 0; n < 100_000; n += 1) shown.advance();
    shown.end();
    assert.ok(drawn().split('Encrypting').length < 100);
  });

  it('writes a plain line for each tenth where nobody looks on', () => {
    const lines: string[] = [];
    const shown = progress('Encrypting tokens', 2_000, { error: (line) => lines.push(line) });
    for (let n = 0; n < 2_000; n += 1) shown.advance();
    shown.end();
    assert.equal(lines.length, 10);
    assert.equal(lines[0], 'Encrypting tokens: 200 of 2,000');
    assert.equal(lines[9], 'Encrypting tokens: 2,000 of 2,000');
  });

  it('says how far it came when it ended early', () => {
    const lines: string[] = [];
    const shown = progress('Encrypting tokens', 2_000, { error: (line) => lines.push(line) });
    shown.advance(250);
    shown.advance(30);
    shown.end();
    assert.deepEqual(lines, ['Encrypting tokens: 250 of 2,000', 'Encrypting tokens: 280 of 2,000']);
  });

  it('never says that more were done than there are', () => {
    const lines: string[] = [];
    const shown = progress('Copying', 50, { error: (line) => lines.push(line) });
    for (let n = 0; n < 100; n += 1) shown.advance();
    shown.end();
    assert.equal(lines[9], 'Copying: 50 of 50');
    assert.equal(lines.at(-1), 'Copying: 100 of 100');
    const { screen, drawn } = screenOf80();
    progress('Copying', 0, { screen, error: noLines }).advance(3);
    assert.match(drawn(), /█{30} {2}3 of 3/);
  });

  it('has nothing to divide by when there is nothing to do', () => {
    const { screen, drawn } = screenOf80();
    progress('Encrypting tokens', 0, { screen, error: noLines }).end();
    assert.match(drawn(), /█{30} {2}0 of 0/);
  });
});
