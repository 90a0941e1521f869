import { loadedOnce } from '../oss/loaded-once.ts';

/** Loaded with the first document or token that is looked into: a server that starts can do without. */
export const loadJose = loadedOnce(() => import('jose'));
