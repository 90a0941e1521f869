/** Where warnings go; a pino logger is one. */
export interface StackLog {
  warn(details: object, message: string): void;
}
