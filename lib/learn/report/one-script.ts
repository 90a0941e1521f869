import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { shippedFile } from '../../shipped-files.ts';

/**
 * Puts a module of a page, and all that it imports, into one script: a file that stands alone can import nothing. It
 * knows the forms that our pages are written in, `import { … } from './….js'` and `export` of a declaration.
 *
 * @param entry - its path below `lib`.
 * @throws Error at a form that it does not know, and where modules import each other in a circle.
 */
export function oneScript(entry: string): string {
  const names = new Map<string, string>();
  const scripts: string[] = [];

  function link(path: string, importers: readonly string[]): string {
    const known = names.get(path);
    if (known !== undefined) return known;
    if (importers.includes(path)) throw new Error(`${path} imports itself, by ${importers.join(', ')}.`);
    const exported: string[] = [];
    const body = readFileSync(shippedFile(path), 'utf8')
      .replaceAll(
        /^import \{([^}]*)\} from '(\.[^']+)';$/gm,
        (_, what: string, from: string) =>
          `const {${what.replaceAll(' as ', ': ')}} = ${link(posix.join(posix.dirname(path), from), [...importers, path])};`,
      )
      .replaceAll(/^export (?=(?:async )?(?:function|class|const) (\w+))/gm, (_, name: string) => {
        exported.push(name);
        return '';
      });
    const strange = /^(?:import|export)\b.*/m.exec(body);
    if (strange !== null) throw new Error(`${path} cannot be put into one script: ${strange[0]}`);
    const name = `module${names.size}`;
    names.set(path, name);
    scripts.push(`const ${name} = (() => {\n${body}\nreturn { ${exported.join(', ')} };\n})();`);
    return name;
  }

  link(entry, []);
  return scripts.join('\n');
}
