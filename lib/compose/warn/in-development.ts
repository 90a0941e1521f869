/**
 * Whether an app is being developed: `NODE_ENV` is `development`, or is not set, as Express reads it (`app.get('env')`).
 *
 * @param asked - the option `development`, which has the last word.
 */
export function isInDevelopment(asked: boolean | undefined): boolean {
  // eslint-disable-next-line no-restricted-properties -- the engine runs in apps that have no configuration of ours
  return asked ?? ['development', '', undefined].includes(process.env.NODE_ENV);
}
