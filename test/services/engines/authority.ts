import { spawnSync } from 'node:child_process';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from './certificate.ts';
import { findProgram, user } from './program.ts';

/** A certificate authority of one's own, as companies have them: no machine trusts it by itself. */
export class Authority {
  /** The file with its certificate. */
  readonly cert: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.cert = join(folder, 'ca.pem');
  }

  /** @throws Error that says how to install it where openssl is missing. */
  static async in(folder: string, name: string): Promise<Authority> {
    const authority = new Authority(join(folder, name));
    await mkdir(authority.#folder, { mode: 0o755 });
    await writeFile(join(authority.#folder, 'index.txt'), '');
    await writeFile(
      join(authority.#folder, 'ca.cnf'),
      `[ca]
default_ca = here
[here]
database = ${authority.#folder}/index.txt
certificate = ${authority.cert}
private_key = ${authority.#folder}/ca.key
default_md = sha256
default_crl_days = 1
[req]
distinguished_name = name
x509_extensions = extensions
[name]
[extensions]
basicConstraints = critical,CA:TRUE
`,
    );
    authority.#openssl(
      ...['req', '-x509', '-config', 'ca.cnf', '-subj', `/CN=${name}`, '-days', '1'],
      ...KEY,
      ...['-keyout', 'ca.key', '-out', 'ca.pem'],
    );
    return authority;
  }

  /**
   * Issues a certificate.
   *
   * @param name - of the host, or of the user of a client.
   * @param password - that its key is encrypted with.
   */
  async issue(name: string, password?: string): Promise<Certificate> {
    const [cert, key] = [`${name}.pem`, `${name}.key`];
    await writeFile(join(this.#folder, 'names.cnf'), `subjectAltName=DNS:${name}\n`);
    this.#openssl(
      'req',
      '-config',
      'ca.cnf',
      '-subj',
      `/CN=${name}`,
      ...KEY,
      '-keyout',
      key,
      '-out',
      'request.pem',
    );
    this.#openssl(
      ...['x509', '-req', '-in', 'request.pem', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-extfile', 'names.cnf', '-days', '1', '-out', cert],
    );
    if (password !== undefined) {
      this.#openssl('pkcs8', '-topk8', '-in', key, '-out', `${key}8`, '-passout', `pass:${password}`);
      return { cert: join(this.#folder, cert), key: join(this.#folder, `${key}8`) };
    }
    // Servers refuse a key that others can read, or that is another user's.
    if (user.uid !== undefined && user.gid !== undefined)
      await chown(join(this.#folder, key), user.uid, user.gid);
    return { cert: join(this.#folder, cert), key: join(this.#folder, key) };
  }

  /** Lists what is revoked. @returns the file of the list. */
  revoked(name: string, ...certificates: readonly Certificate[]): string {
    for (const { cert } of certificates) this.#openssl('ca', '-config', 'ca.cnf', '-revoke', cert);
    this.#openssl('ca', '-config', 'ca.cnf', '-gencrl', '-out', name);
    return join(this.#folder, name);
  }

  #openssl(...args: readonly string[]): void {
    const { status, stderr } = spawnSync(findProgram('openssl', 'openssl'), args, {
      cwd: this.#folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`openssl ${args[0]} failed: ${stderr}`);
  }
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
