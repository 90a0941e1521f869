import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '../../oss/errors.ts';
import { SYSTEM, systemAuthorities } from '../system-authorities.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads the certificates that `sslrootcert` of `REDIS_URL` names.
 *
 * @param named - a file, or `system`.
 * @returns undefined for those that Node knows.
 * @throws ConfigurationError when there are none. Node would go on with those that it knows, or with none at all.
 */
export async function readAuthorities(named: string | undefined): Promise<string | string[] | undefined> {
  if (named === undefined) return undefined;
  return named === SYSTEM ? systemAuthorities() : readFileOf(named);
}

async function readFileOf(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ConfigurationError(
      `REDIS_URL: ${file}, which sslrootcert names, cannot be read: ${String(code)}.`,
      { cause },
    );
  }
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new ConfigurationError(
      `REDIS_URL: ${file}, which sslrootcert names, must hold certificates in the PEM form.`,
    );
  }
  return text;
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
