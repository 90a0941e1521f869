import { createRequire } from 'node:module';
import express from 'express';

/** With the types of Express 5, which fit what is used of it. */
export const express4 = createRequire(import.meta.url)('express4') as typeof express;

/** The versions of Express that the classes are for. */
export const EXPRESS_VERSIONS = [
  { version: 'Express 5', express },
  { version: 'Express 4', express: express4 },
] as const;
