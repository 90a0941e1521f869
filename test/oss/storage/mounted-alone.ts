import { spawnSync } from 'node:child_process';

/** What runs a program in a mount namespace of its own: for root, and for others where the system lets them. */
const NAMESPACES: readonly (readonly string[])[] = [
  ['unshare', '--mount'],
  ['unshare', '--user', '--map-root-user', '--mount'],
];

/** @returns what to run a program with where it may mount; undefined where nobody may. */
function newNamespace(): readonly string[] | undefined {
  return NAMESPACES.find(([command = '', ...args]) => spawnSync(command, [...args, 'true']).status === 0);
}

/**
 * A command that runs the program behind it while `file` is mounted alone, from a file system with room for 64 KB.
 *
 * @param folder - an empty one, for that file system.
 * @returns undefined where nobody may mount.
 */
export function mountedSmall(file: string, folder: string): [string, ...string[]] | undefined {
  const [command, ...args] = newNamespace() ?? [];
  const mount =
    `mount -t tmpfs -o size=64k none "${folder}" && cp "$0" "${folder}/file" && ` +
    `mount --bind "${folder}/file" "$0" && exec "$@"`;
  return command === undefined ? undefined : [command, ...args, 'sh', '-c', mount, file];
}

/**
 * A command that runs the program behind it while `file` is mounted alone, as containers mount single files.
 *
 * Where nobody may mount, the folder of the file is closed instead: it does not let go of the file either (EACCES
 * instead of EBUSY), and the file can be written in place.
 *
 * @param options - of the mount, such as `ro`
 */
export function mountedAlone(file: string, folder: string, options = 'rw'): [string, ...string[]] {
  const namespace = newNamespace();
  const [command = 'sh', ...args] = namespace ?? [];
  const mount = `mount --bind "$0" "$0" && mount -o remount,bind,${options} "$0" && exec "$@"`;
  const close = `chmod 0555 "${folder}"; chmod ${options === 'ro' ? '0400' : '0600'} "$0"; exec "$@"`;
  return namespace === undefined ? ['sh', '-c', close, file] : [command, ...args, 'sh', '-c', mount, file];
}

/**
 * A command that runs the program behind it while `folder` is a file system with room for 64 KB.
 *
 * @returns undefined where nobody may mount.
 */
export function smallDisk(folder: string): [string, ...string[]] | undefined {
  const [command, ...args] = newNamespace() ?? [];
  const mount = 'mount -t tmpfs -o size=64k none "$0" && exec "$@"';
  return command === undefined ? undefined : [command, ...args, 'sh', '-c', mount, folder];
}

/**
 * A command that runs the program behind it where it may mount and unmount, with a file system of its own at `folder`.
 *
 * @param image - a folder for that file system, which outlives being unmounted.
 * @returns undefined where nobody may mount.
 */
export function mounting(image: string, folder: string): [string, ...string[]] | undefined {
  const [command, ...args] = newNamespace() ?? [];
  const mount = 'mount -t tmpfs none "$0" && mount --bind "$0" "$1" && shift && exec "$@"';
  return command === undefined ? undefined : [command, ...args, 'sh', '-c', mount, image, folder];
}
