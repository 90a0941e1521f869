import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { Request, Response } from 'express';

/** The smallest first, as for the built-in page. */
const ENCODINGS = [
  ['br', promisify(brotliCompress)],
  ['gzip', promisify(gzip)],
] as const;

/** A text that is sent as small as a client takes it, and compressed once. */
export class CompressedText {
  readonly #text: string;
  readonly #compressed = new Map<string, Promise<Buffer>>();

  constructor(text: string) {
    this.#text = text;
  }

  async send(req: Request, res: Response): Promise<void> {
    res.vary('Accept-Encoding');
    const chosen = ENCODINGS.find(([encoding]) => req.acceptsEncodings(encoding));
    if (chosen === undefined) {
      res.send(this.#text);
      return;
    }
    const [encoding, compress] = chosen;
    const compressed = this.#compressed.get(encoding) ?? compress(this.#text);
    this.#compressed.set(encoding, compressed);
    res.set('Content-Encoding', encoding).send(await compressed);
  }
}
