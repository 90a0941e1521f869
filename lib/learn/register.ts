/**
 * `NODE_OPTIONS=--import=openhands-express/learn/register`: watches every Express that the process loads. What it learns
 * goes into the folder that `openhands-express learn` names in the environment. Without one, `learn(app).during` has it.
 */
import { shareWithJest } from './share-with-jest.ts';
import { watchLoads } from './watch/watch-loads.ts';
import { writeLearned } from './write-learned.ts';

watchLoads();
shareWithJest();
writeLearned();
