import ts from 'typescript';

/** A function of a proposal, with the line of each handler that it takes. */
interface ProposedStack {
  readonly name: string;
  readonly handlers: readonly { readonly name: string; readonly line: number }[];
}

/**
 * Puts the stacks of a proposal in the place of the `use` lines that they name, as its reader would.
 *
 * @param source - the file of the app, which has one `use` on a line.
 * @param importing - the line that imports the proposal as `stacks`.
 */
export function applyProposal(source: string, proposal: string, importing: string): string {
  const file = ts.createSourceFile('app.ts', source, ts.ScriptTarget.Latest, true);
  let text = source;
  // From below, so that places above stay what they are.
  for (const { name, handlers } of stacksOf(proposal).toReversed()) {
    const uses = handlers.map(({ line }) => useOn(file, line));
    const given = uses.map(
      ({ arguments: args }, index) => `${handlers[index]!.name}: ${args.at(-1)!.getText()}`,
    );
    const [first, last] = [uses[0]!, uses.at(-1)!];
    const app = first.expression.getText();
    text = `${text.slice(0, first.getStart())}${app}(stacks.${name}({ ${given.join(', ')} }))${text.slice(last.end)}`;
  }
  return `${importing}\n${text}`;
}

/** Above each handler, a proposal says where it was registered. */
function stacksOf(proposal: string): ProposedStack[] {
  return Array.from(proposal.matchAll(/function (\w+)\(app.*?\n\}\n/gs), ([text, name = '']) => ({
    name,
    handlers: Array.from(
      text.matchAll(/\/\/ \S+:(\d+)\b.*\n(?: *\/\/.*\n)* *wrap\(app\.(\w+)/g),
      ([, line, handler = '']) => ({ name: handler, line: Number(line) }),
    ),
  }));
}

/** The call of `use` that begins on a line. */
function useOn(file: ts.SourceFile, line: number): ts.CallExpression {
  let found: ts.CallExpression | undefined;
  function visit(node: ts.Node): void {
    const { line: begin } = file.getLineAndCharacterOfPosition(node.getStart());
    if (begin + 1 === line && ts.isCallExpression(node) && node.expression.getText().endsWith('.use'))
      found ??= node;
    ts.forEachChild(node, visit);
  }
  visit(file);
  if (found === undefined) throw new Error(`There is no use on line ${line}.`);
  return found;
}
