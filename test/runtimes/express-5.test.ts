import { describeMatrix } from './matrix.ts';

describeMatrix('5', ['vitest', 'jest', 'node:test']);
