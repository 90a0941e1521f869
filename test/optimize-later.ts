/**
 * Has V8 wait longer before it optimizes a function in `npm test`: most of what tests run is not run often enough to repay
 * that. Later versions than Node 20 have no such flag.
 */
import { setFlagsFromString } from 'node:v8';

// In each process of mocha. As an option of Node it would keep the later versions from starting.
if (process.versions.node.startsWith('20.')) setFlagsFromString('--interrupt-budget=300000');
