/** A dash within an option may be an underscore, and an option in NODE_OPTIONS may stand in quotes. */
const OPTIONS =
  /(?:^|[\s"])(?:-r|-C|--require|--import|--conditions|--(?:experimental[-_])?loader|--preserve[-_]symlinks)/;

/** Whether options of Node, as one text, change what is loaded, or have it watched. */
export function loadsOtherwise(options: string): boolean {
  return OPTIONS.test(options);
}
