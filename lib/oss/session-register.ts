/** What an operator may do with the sessions that an edition keeps: for `openhands-express sessions`. */
export interface SessionRegister {
  /** The GitHub ids of all users whose sessions may go on, in no promised order. */
  userIds(): AsyncIterable<string>;
  /** The GitHub ids of the users who had this login when their profile was last seen; case does not matter. */
  userIdsWithLogin(login: string): AsyncIterable<string>;
  /**
   * Ends every session of the user: durably when it resolves, and for all servers within two seconds.
   *
   * @returns whether there was one to end.
   */
  end(githubUserId: string): Promise<boolean>;
}
