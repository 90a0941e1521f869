/**
 * Reads `.env`, in the form of Node's `--env-file`, but loses nothing: what is lost may be the variable that says who may
 * sign in. Node cuts `./config.ts#Config` at the `#`, and takes a line that it does not know for a part of the next.
 */
import { lstat } from 'node:fs/promises';
import { ConfigurationError } from '../oss/errors.ts';
import { isError } from '../oss/is-error.ts';
import { errorCode } from '../oss/storage/storage-error.ts';
import { readTextFile } from '../oss/text-file.ts';
import { valueOf } from './env-value.ts';

/**
 * One line: NAME=value, a comment, or nothing. A value in quotes may have several lines. As in a shell, a comment behind
 * a value begins with a blank.
 */
const LINE =
  /[ \t]*(?:(?:export[ \t]+)?(?<name>[A-Za-z_][\w.-]*)[ \t]*=[ \t]*(?:'(?<single>[^']*)'[ \t]*|"(?<double>(?:\\[^]|[^"\\])*)"[ \t]*|(?<plain>.*?)))?(?:(?<=^|[ \t])#.*)?(?:\n|$(?![^]))/my;

/**
 * The variables in a file `.env`; none when there is no such file.
 *
 * @throws ConfigurationError one line, when the file cannot be read, a line of it is none, or a shell would read a value
 * in another way.
 */
export async function readEnvFile(path: string): Promise<Record<string, string>> {
  const text = ((await readText(path)) ?? '').replaceAll(/\r\n?/g, '\n');
  const variables: Record<string, string> = {};
  const complaints: string[] = [];
  for (let start = 0; start < text.length; start = LINE.lastIndex) {
    LINE.lastIndex = start;
    const found = LINE.exec(text)?.groups;
    const line = `${path}, line ${text.slice(0, start).split('\n').length},`;
    if (found === undefined) {
      throw new ConfigurationError(
        `${line} has to be NAME=value, a comment that begins with #, or empty; ` +
          'an invisible mark may stand in it.',
      );
    }
    const { name } = found;
    if (name === undefined) continue;
    const read = valueOf(found);
    if ('value' in read) variables[name] = read.value;
    else complaints.push(`${line} ${name}: ${read.complaint}`);
  }
  if (complaints.length > 0) throw new ConfigurationError(complaints.join(' '), { complaints });
  return variables;
}

/**
 * Adds what the file `.env` of the working directory says to an environment. What is set there already wins; an empty
 * value counts as unset.
 *
 * @throws ConfigurationError as {@link readEnvFile} does.
 */
export async function addEnvFile(env: Record<string, string | undefined>): Promise<void> {
  for (const [name, value] of Object.entries(await readEnvFile('.env'))) {
    if ((env[name] ?? '').trim() === '') env[name] = value;
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readTextFile(path);
  } catch (cause) {
    const isAbsent = errorCode(cause) === 'ENOENT' && !(await isLink(path));
    if (isAbsent) return undefined;
    const why = isError(cause) ? cause.message : String(cause);
    throw new ConfigurationError(`${path} cannot be read: ${why}`, { cause });
  }
}

/** A link that leads nowhere is a file that somebody wanted to be read. */
function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
