/** Looks for secrets where they must not be. */

/** Shorter values are found by chance; nothing secret is that short. */
const SHORTEST = 12;
/** Part of a long secret is as bad as half of it: what is logged cut short is found as well. */
const PART = 16;

/** Values that nobody may see, in the forms in which they could be written down. */
export class Leaks {
  readonly #forms = new Map<string, string>();

  /** @param values - secrets of one kind; the kind is what a failing test says, and never the value. */
  add(kind: string, values: Iterable<string>): void {
    for (const value of values) {
      if (value.length < SHORTEST) continue;
      for (const form of [value, encodeURIComponent(value), ...partsOf(value)]) this.#forms.set(form, kind);
      this.#forms.set(Buffer.from(value).toString('base64').replace(/=+$/, ''), `${kind}, in base64`);
      this.#forms.set(Buffer.from(value).toString('base64url'), `${kind}, in base64url`);
    }
  }

  /** How many values and forms of them are looked for. */
  get size(): number {
    return this.#forms.size;
  }

  /** @returns a line for each text that holds a secret: where, of which kind, and what stands around it. */
  findIn(where: string, texts: Iterable<string>): string[] {
    const found: string[] = [];
    for (const text of texts) {
      for (const [form, kind] of this.#forms) {
        const at = text.indexOf(form);
        if (at === -1) continue;
        found.push(`${where}: ${kind} in …${text.slice(Math.max(0, at - 60), at)}`);
        break;
      }
    }
    return found;
  }
}

/** Its beginning and its end. GitHub's tokens begin with four characters that are no secret. */
function partsOf(value: string): string[] {
  if (value.length < 2 * PART) return [];
  return [value.slice(4, 4 + PART), value.slice(-PART)];
}
