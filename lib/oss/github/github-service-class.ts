import { loadClass } from '../load-class.ts';
import type { GitHubService } from './github-service.ts';

/**
 * The class that an edition calls GitHub with: the one that `OPENHANDS_GITHUB_SERVICE_CLS` names, or the edition's own.
 *
 * @param name - the value of the variable.
 * @param Base - the edition's own, which the other one must extend: the edition calls its constructor.
 * @throws ConfigurationError one line that says what to set.
 */
export async function githubServiceClass<Base extends new (options: never) => GitHubService>(
  name: string | undefined,
  Base: Base,
): Promise<Base> {
  if (name === undefined) return Base;
  return loadClass({
    variable: 'OPENHANDS_GITHUB_SERVICE_CLS',
    name,
    Base,
    expected: `set OPENHANDS_GITHUB_SERVICE_CLS to <module>#<export> of a class that extends ${Base.name}, or unset it`,
  });
}
