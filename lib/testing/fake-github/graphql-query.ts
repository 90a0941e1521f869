/**
 * Reads as much of GraphQL's query language as GitHub's clients write: one query, fields with aliases and arguments,
 * variables, inline fragments. No named fragments, no directives.
 *
 * @see https://spec.graphql.org/October2021/#sec-Language
 */
export interface FieldSelection {
  readonly kind: 'field';
  readonly name: string;
  /** The key in the answer. */
  readonly alias: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly selections: readonly Selection[];
}

export interface FragmentSelection {
  readonly kind: 'fragment';
  readonly on: string;
  readonly selections: readonly Selection[];
}

export type Selection = FieldSelection | FragmentSelection;

const TOKEN = /\.\.\.|[{}()[\]:$!=]|"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?|[A-Za-z_]\w*/g;
const IGNORED = /#[^\n]*|,/g;

/** A query that cannot be read, or does not fit GitHub's schema. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

/** @throws QueryError when the text is none of this. */
export function parseQuery(text: string, variables: Readonly<Record<string, unknown>>): readonly Selection[] {
  return new QueryParser(text, variables).query();
}

class QueryParser {
  readonly #tokens: readonly string[];
  readonly #variables: Readonly<Record<string, unknown>>;
  #at = 0;

  constructor(text: string, variables: Readonly<Record<string, unknown>>) {
    // Strings go first, lest a comma or a hash in them be dropped.
    this.#tokens = text.match(new RegExp(`${TOKEN.source}|${IGNORED.source}`, 'g'))?.filter(isMeant) ?? [];
    this.#variables = variables;
  }

  query(): readonly Selection[] {
    if (this.#peek() === 'query') {
      while (this.#peek() !== '{') this.#next();
    }
    const selections = this.#selectionSet();
    if (this.#at < this.#tokens.length) throw this.#unexpected();
    return selections;
  }

  #selectionSet(): readonly Selection[] {
    return this.#sequence('{', '}', () => this.#selection());
  }

  #selection(): Selection {
    if (this.#peek() === '...') {
      this.#expect('...');
      this.#expect('on');
      return { kind: 'fragment', on: this.#next(), selections: this.#selectionSet() };
    }
    const first = this.#next();
    const aliased = this.#peek() === ':';
    if (aliased) this.#expect(':');
    const name = aliased ? this.#next() : first;
    const args = this.#peek() === '(' ? this.#pairs('(', ')') : {};
    const selections = this.#peek() === '{' ? this.#selectionSet() : [];
    return { kind: 'field', name, alias: first, args, selections };
  }

  #pairs(open: string, close: string): Readonly<Record<string, unknown>> {
    const pairs = this.#sequence(open, close, () => {
      const name = this.#next();
      this.#expect(':');
      return [name, this.#value()] as const;
    });
    return Object.fromEntries(pairs);
  }

  #value(): unknown {
    if (this.#peek() === '[') return this.#sequence('[', ']', () => this.#value());
    if (this.#peek() === '{') return this.#pairs('{', '}');
    const token = this.#next();
    if (token === '$') return this.#variables[this.#next()];
    if (token === 'null') return null;
    if (token === 'true' || token === 'false') return token === 'true';
    // A string or a number is written as in JSON; a name is an enum's value.
    return /^["\d-]/.test(token) ? (JSON.parse(token) as unknown) : token;
  }

  #sequence<T>(open: string, close: string, read: () => T): readonly T[] {
    this.#expect(open);
    const all: T[] = [];
    while (this.#peek() !== close) all.push(read());
    this.#expect(close);
    return all;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #next(): string {
    const token = this.#peek();
    if (token === undefined) throw this.#unexpected();
    this.#at++;
    return token;
  }

  #expect(token: string): void {
    if (this.#peek() !== token) throw this.#unexpected();
    this.#at++;
  }

  #unexpected(): QueryError {
    return new QueryError(`Parse error on ${JSON.stringify(this.#peek() ?? 'end of file')}`);
  }
}

function isMeant(token: string): boolean {
  return token !== ',' && !token.startsWith('#');
}
