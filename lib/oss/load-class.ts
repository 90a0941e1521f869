/** The classes that the environment names as `<module>#<export>`. */
import { ConfigurationError } from './errors.ts';
import { isError } from './is-error.ts';
import { moduleSpecifier, splitTarget } from './module-specifier.ts';

type Class = abstract new (...args: never[]) => object;

export interface ClassSource<Base extends Class> {
  /** The variable that names the class. */
  readonly variable: string;
  /** Its value. */
  readonly name: string;
  /** What the class has to be, or to extend. */
  readonly Base: Base;
  /** What to set, for those who have set something else. */
  readonly expected: string;
  /** Whether a class is one of another copy; by default it goes by the name of the class, which a bundler may change. */
  readonly isOfAnotherCopy?: (value: unknown) => boolean;
}

/**
 * The class that a variable names. A relative or absolute module is taken from the working directory, any other one
 * as a package.
 *
 * @throws ConfigurationError one line that says what to set.
 */
export async function loadClass<Base extends Class>(source: ClassSource<Base>): Promise<Base> {
  const { variable, name, Base, expected, isOfAnotherCopy } = source;
  const { module: moduleName, name: exportName = '' } = splitTarget(name);
  if (moduleName === '' || exportName === '') {
    throw new ConfigurationError(`${variable} is not <module>#<export>: ${expected}.`);
  }
  const found = (await importModule(moduleName, source))[exportName];
  if (found === undefined) {
    throw new ConfigurationError(
      `${variable}: ${moduleName} has no export named ${exportName}: ${expected}.`,
    );
  }
  if (isOrExtends(found, Base)) return found;
  const complaint =
    isOfAnotherCopy?.(found) === true || extendsNamesake(found, Base)
      ? `extends another copy of ${Base.name} than the one that this server runs. ` +
        'Make its module an ES module (name it .mts, or put "type": "module" into the package.json of its folder), ' +
        'and install openhands-express only once'
      : `is not a class that extends ${Base.name}`;
  throw new ConfigurationError(`${variable}: ${exportName} of ${moduleName} ${complaint}.`);
}

async function importModule(
  name: string,
  { variable, expected }: ClassSource<Class>,
): Promise<Record<string, unknown>> {
  try {
    return (await import(moduleSpecifier(name))) as Record<string, unknown>;
  } catch (error) {
    const [reason = ''] = (isError(error) ? error.message : String(error)).split('\n');
    throw new ConfigurationError(`${variable}: ${name} cannot be loaded (${reason}): ${expected}.`, {
      cause: error,
    });
  }
}

/** Whether something is a class, or one that extends it. */
function isOrExtends<Base extends Class>(value: unknown, Base: Base): value is Base {
  return (
    value === Base ||
    (typeof value === 'function' && (value as { prototype: unknown }).prototype instanceof Base)
  );
}

/** Whether a class is, or extends, one of the same name: CommonJS and ES modules may each load a copy of ours. */
function extendsNamesake(value: unknown, Base: Class): boolean {
  for (let it = value; typeof it === 'function'; it = Object.getPrototypeOf(it) as unknown) {
    if (it.name === Base.name) return true;
  }
  return false;
}
