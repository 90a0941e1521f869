/** Where a command reads and writes; `process` is one. */
export interface Terminal {
  /** The environment; what a file `.env` says is added to it before a command runs. */
  readonly env: Record<string, string | undefined>;
  out(text: string): void;
  error(text: string): void;
  /** Standard error, when a person looks at it: for what is drawn in place, such as a progress bar. */
  readonly screen?: NodeJS.WriteStream | undefined;
  /** How wide standard output is, when a person looks at it. */
  readonly columns?: number | undefined;
  /** Aborted when the command is asked to end (Ctrl-C): it ends where it can be taken up again. From the first call on. */
  interruption?(): AbortSignal;
}

/** A subcommand of `openhands-express`: one file each, named in commands.ts. */
export interface Command {
  /** How it is called, without the name of the program. */
  readonly usage: string;
  /** What its help has besides, for a terminal of so many columns; made when it is asked for. */
  readonly more?: (columns: number) => Promise<string>;
  /** Whether a file `.env` is none of its business: of a command that runs programs of others, it is theirs. */
  readonly leavesEnvFile?: boolean;
  /**
   * @param args - what stands behind the command's name.
   * @returns the exit code: 0 when all is well, 1 when something is wrong with what was looked at.
   * @throws UsageError when the arguments are wrong.
   */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}

/** The command was called wrongly; it ends with exit code 2, and says where its usage is told. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'usage';
}
