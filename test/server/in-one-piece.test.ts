import assert from 'node:assert/strict';
import { IN_ONE_PIECE_BYTES, inOnePiece } from '../../lib/server/in-one-piece.ts';

describe('A log line of one of several processes', () => {
  const line = (fields: Record<string, unknown>) => `${JSON.stringify(fields)}\n`;
  const read = (text: string) => JSON.parse(text) as Record<string, unknown>;

  it('stays as it is while it is written in one piece', () => {
    const rest = line({ level: 30, msg: '' }).length;
    const longest = line({ level: 30, msg: 'x'.repeat(IN_ONE_PIECE_BYTES - rest) });
    assert.equal(longest.length, IN_ONE_PIECE_BYTES);
    assert.equal(inOnePiece(longest), longest);
    assert.notEqual(inOnePiece(longest.replace('x', 'xx')), longest.replace('x', 'xx'));
  });

  it('loses only the ends of its longest texts when it is too long, wherever they stand', () => {
    const stack = `Error: no\n${'at x\n'.repeat(2_000)}`;
    const long = {
      level: 50,
      err: { message: 'no', stack, cause: { stack } },
      request_id: 'abc',
      msg: 'Failed',
    };
    const shortened = inOnePiece(line(long));
    assert.ok(Buffer.byteLength(shortened) <= IN_ONE_PIECE_BYTES);
    const { err, ...rest } = read(shortened) as typeof long;
    assert.deepEqual(rest, { level: 50, request_id: 'abc', msg: 'Failed' });
    assert.equal(err.message, 'no');
    for (const text of [err.stack, err.cause.stack]) {
      assert.ok(text.length > 1_000 && text.endsWith('…'));
      assert.ok(stack.startsWith(text.slice(0, -1)));
    }
  });

  it('is counted in bytes, and stays readable where a character is cut in two', () => {
    for (const character of ['ä', '語', '😀']) {
      for (const before of ['', 'x']) {
        const shortened = inOnePiece(line({ level: 30, msg: before + character.repeat(4_000) }));
        assert.ok(Buffer.byteLength(shortened) <= IN_ONE_PIECE_BYTES, character);
        assert.ok(String(read(shortened).msg).startsWith(before + character));
        assert.equal(shortened.split('\n').length, 2);
      }
    }
  });

  it('still says what happened when it has more fields than there is room for', () => {
    const fields = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`field-${index}`, index]));
    const shortened = inOnePiece(
      line({ level: 40, time: 1, pid: 2, hostname: 'h', worker: 1, ...fields, msg: 'Much' }),
    );
    assert.deepEqual(read(shortened), { level: 40, time: 1, pid: 2, hostname: 'h', worker: 1, msg: 'Much' });
  });
});
