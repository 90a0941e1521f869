import { extname } from 'node:path/posix';
import type { Request, Response } from 'express';

/** What pages are made of, besides HTML and data. */
const EXTENSIONS = new Set(
  'avif,bmp,css,cur,eot,gif,ico,jpeg,jpg,js,map,mjs,mp3,mp4,otf,png,svg,ttf,wasm,wav,webm,webmanifest,webp,woff,woff2'
    .split(',')
    .map((extension) => `.${extension}`),
);
const TYPES =
  /^(?:image|font|audio|video)\/|^text\/(?:css|javascript)\b|^application\/(?:javascript|wasm)\b/i;

/** Whether a request is for a file of a page, by what it is answered with, or else by the end of its path. */
export function isForStaticFile({ method, path }: Request, res: Response): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const type = res.getHeader('Content-Type');
  return TYPES.test(String(type ?? '')) || EXTENSIONS.has(extname(path).toLowerCase());
}
