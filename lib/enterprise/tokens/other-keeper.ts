/** A server besides this one that keeps tokens of users. */
export interface OtherKeeper {
  /** What operators know it by. */
  readonly name: string;
  /** Whether a user who has no tokens here has them there. */
  keeps(githubUserId: string): Promise<boolean>;
}
