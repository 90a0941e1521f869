/**
 * The address of the section that explains an id. It is a file below `node_modules`, as npm installs it, and the anchor
 * that GitHub and editors make of the section's heading.
 *
 * @param id - of a diagnostic or of a conflict.
 * @param title - what the id is called in its table; the heading of the section is `S205: <title>`.
 */
export function explanationOf(id: string, title: string): string {
  const heading = `${id}: ${title}`.toLowerCase();
  const anchor = heading.replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
  return `openhands-express/docs/diagnostics.md#${anchor}`;
}
