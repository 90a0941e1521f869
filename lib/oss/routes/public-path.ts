/**
 * The other names that Windows finds a file by: `ENV~1` for `.env`, `app.js.` and `app.js::$DATA` for `app.js`. A file
 * which is refused by its name must not be had by these.
 */
const OTHER_NAME_ON_WINDOWS = /~\d|[. ]$|:/;

/**
 * Whether the files below a path may be served: nobody meant to publish `.env` and `.git`.
 *
 * @param path - of the address, as it was requested.
 */
export function isPublic(path: string, platform: NodeJS.Platform = process.platform): boolean {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return false;
  }
  return decoded
    .split(/[/\\]/)
    .every((name) => !name.startsWith('.') && !(platform === 'win32' && OTHER_NAME_ON_WINDOWS.test(name)));
}
