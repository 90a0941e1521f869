import tls from 'node:tls';

/** The `sslrootcert` that means the authorities of this machine, as libpq has it. */
export const SYSTEM = 'system';

/**
 * The certificates of the authorities that Node trusts, and of those that the machine does where this version of Node can
 * tell. Where it cannot there are none, and Node takes its own.
 */
export function systemAuthorities(): string[] | undefined {
  const { getCACertificates } = tls as { getCACertificates?: (of: 'default' | 'system') => string[] };
  return getCACertificates && [...getCACertificates('default'), ...getCACertificates('system')];
}
