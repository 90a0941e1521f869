/** Text for HTML, in content and in quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The same, where what is in backticks is code. */
export function marked(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

/** A table of rows, each of which begins with what it is about. */
export function table(rows: readonly (readonly [string, ...string[]])[]): string {
  const html = rows.map(
    ([name, ...cells]) =>
      `<tr><th scope="row"><code>${escaped(name)}</code></th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
  );
  return `<table><tbody>${html.join('')}</tbody></table>`;
}
