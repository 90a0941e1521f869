import { createRequire } from 'node:module';
import express from 'express';

/** The versions of Express that the classes are for. Express 4 has the types of 5 here, which fit what is used of it. */
export const EXPRESS_VERSIONS = [
  { version: 'Express 5', express },
  { version: 'Express 4', express: createRequire(import.meta.url)('express4') as typeof express },
] as const;
