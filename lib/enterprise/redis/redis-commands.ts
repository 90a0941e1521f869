/** Redis, to those who have something to keep in it. */
export interface RedisCommands {
  /** What every key begins with. */
  readonly prefix: string;
  /**
   * Sends one command.
   *
   * @throws RedisAwayError when Redis cannot be asked now.
   * @throws what Redis answers, when that is an error.
   */
  send(...command: string[]): Promise<unknown>;
  /**
   * What Redis's clock shows, in milliseconds since the epoch, or a little less: never more.
   *
   * @throws RedisAwayError
   */
  now(): number;
}
