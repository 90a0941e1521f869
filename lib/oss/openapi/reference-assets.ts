import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Request, Response } from 'express';
import { findShippedFile } from '../../shipped-files.ts';
import { allowKeeping } from '../middleware/cache-control.ts';
import { CompressedText } from './compressed-text.ts';
import { REFERENCE_STYLE } from './reference-style.ts';

/** What the page of the reference loads. It is named after its content, so that browsers may keep it. */
export class ReferenceAssets {
  readonly style: string;
  /** Undefined where there is none, as in a bundle. */
  readonly script: string | undefined;
  readonly #assets = new Map<string, CompressedText>();

  constructor() {
    this.style = this.#add('style', 'css', REFERENCE_STYLE);
    const script = findShippedFile('oss/openapi/page/reference.js');
    this.script = script && this.#add('script', 'js', readFileSync(script, 'utf8'));
  }

  /** @returns whether there is an asset of this name. */
  async send(name: string, req: Request, res: Response): Promise<boolean> {
    const asset = this.#assets.get(name);
    if (asset === undefined) return false;
    allowKeeping(res, 'private');
    await asset.send(req, res.type(name));
    return true;
  }

  #add(stem: string, extension: string, text: string): string {
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
    const name = `${stem}-${hash}.${extension}`;
    this.#assets.set(name, new CompressedText(text));
    return name;
  }
}
