/** One request that the fake GitHub has answered, or failed to. It holds no token and no secret. */
export interface RecordedCall {
  /** As GitHub's documentation writes it: `GET /user/repos`. */
  readonly route: string;
  /** Milliseconds since the epoch, on the fake's clock. */
  readonly at: number;
  /** `undefined` for one that was dropped or is still hanging. */
  readonly status: number | undefined;
  /** Of `POST /login/oauth/access_token`: `refresh_token`, or `authorization_code`. */
  readonly grantType?: string;
}

/** Which requests came, in their order. */
export class Calls {
  readonly #calls: RecordedCall[] = [];

  get all(): readonly RecordedCall[] {
    return this.#calls;
  }

  /** How many requests came to one route, such as `GET /user`; to all of them without one. */
  count(route?: string): number {
    return route === undefined
      ? this.#calls.length
      : this.#calls.filter((call) => call.route === route).length;
  }

  /** How many times the client has asked for a refresh, whatever came of it. */
  get refreshes(): number {
    return this.#calls.filter(({ grantType }) => grantType === 'refresh_token').length;
  }

  /** How many times the client has exchanged a code, whatever came of it. */
  get exchanges(): number {
    return this.#calls.filter(({ grantType }) => grantType === 'authorization_code').length;
  }

  record(call: RecordedCall): void {
    this.#calls.push(call);
  }

  clear(): void {
    this.#calls.length = 0;
  }
}
