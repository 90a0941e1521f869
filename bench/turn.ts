/** The process of one contender (see `apart.ts`): prints its samples as JSON. */
import type { Contenders } from './apart.ts';
import { sample } from './rounds.ts';

const [, , module = '', name = '', rounds, times] = process.argv;
const { default: contenders } = (await import(module)) as { default: Contenders };
const make = contenders[name];
if (make === undefined) throw new Error(`There is no contender "${name}".`);

const work = await make();
const samples: number[] = [];
for (let round = 0; round < Number(rounds); round++) samples.push(await sample(work, Number(times)));
console.log(JSON.stringify(samples));
