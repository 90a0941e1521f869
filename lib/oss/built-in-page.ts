import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the built-in page: beside this one in the source and in the built package alike. */
export const builtInPage = resolve(fileURLToPath(new URL('../page/', import.meta.url)));
