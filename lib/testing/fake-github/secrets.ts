import { type Answer, type Call, field } from './answer.ts';

/** What requests and answers carry that nobody else may see. */
const SECRET_FIELDS = ['access_token', 'refresh_token', 'code', 'code_verifier', 'client_secret'] as const;

/**
 * Everything secret that has passed between the fake, the app and its users: tokens, codes and their verifiers,
 * credentials. A test looks for them wherever they must not be.
 */
export class Secrets {
  readonly #values: Set<string>;

  /** @param known - what is secret from the start. */
  constructor(known: readonly string[]) {
    this.#values = new Set(known);
  }

  get all(): readonly string[] {
    return [...this.#values];
  }

  /**
   * Takes what is secret out of one request and its answer.
   *
   * @internal
   */
  see(call: Call, answer: Answer | undefined): void {
    for (const name of SECRET_FIELDS) this.#add(field(call, name));
    // `Bearer <token>`, or `Basic <base64>`.
    this.#add(call.headers.authorization?.split(' ')[1]);
    if (answer === undefined) return;
    const { location, 'content-type': type = '' } = answer.headers;
    if (location !== undefined) this.#addFrom(new URL(location, call.address).searchParams);
    if (type.includes('urlencoded')) this.#addFrom(new URLSearchParams(answer.body));
    for (const name of SECRET_FIELDS) this.#add(new RegExp(`"${name}":"([^"]+)"`).exec(answer.body)?.[1]);
  }

  #addFrom(parameters: URLSearchParams): void {
    for (const name of SECRET_FIELDS) this.#add(parameters.get(name) ?? undefined);
  }

  #add(value: string | undefined): void {
    if (value !== undefined && value !== '') this.#values.add(value);
  }
}
