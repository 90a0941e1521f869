/** What an action gives; undefined where it fails. Nothing that is done to start faster may fail a start or an end. */
export function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
