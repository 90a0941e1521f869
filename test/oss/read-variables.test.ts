import assert from 'node:assert/strict';
import { z } from 'zod';
import { assertReadable, readGroup, type VariableGroup } from '../../lib/oss/read-variables.ts';

describe('The variables of an edition', () => {
  let made: number;
  let group: VariableGroup<z.ZodObject<{ PLACE: z.ZodString }>>;

  beforeEach(() => {
    made = 0;
    const schema = () => {
      made++;
      return z.object({ PLACE: z.string().max(5) });
    };
    group = { title: 'Places', schema };
  });

  it('are checked once for a start, which sees to all before each part reads its own', () => {
    const env = { PLACE: ' here ' };
    assertReadable([group], env);
    assert.deepEqual(readGroup(group, env), { PLACE: 'here' });
    assert.equal(made, 1);
  });

  it('are read anew by each start, and where they were changed since they were checked', () => {
    const env: Record<string, string> = { PLACE: 'here' };
    assertReadable([group], env);
    env.PLACE = 'there';
    assert.deepEqual(readGroup(group, env), { PLACE: 'there' });
    assertReadable([group], env);
    env.PLACE = 'nowhere';
    assert.throws(() => readGroup(group, env), /PLACE/);
    env.PLACE = 'here';
    assertReadable([group], env);
    assert.deepEqual(readGroup(group, env), { PLACE: 'here' });
    env.PLACE = 'again';
    assert.deepEqual(readGroup(group, env), { PLACE: 'again' });
  });

  it('are those of the environment that was checked, and of no other', () => {
    assertReadable([group], { PLACE: 'here' });
    assert.deepEqual(readGroup(group, { PLACE: 'there' }), { PLACE: 'there' });
    assert.equal(made, 2);
  });
});
