import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

/** Components of a realm, as its JSON has them. */
type Components = Readonly<Record<string, readonly object[]>>;

let made: Promise<Components> | undefined;

/**
 * Keys for all realms of this process. Keycloak makes two pairs of RSA for a realm that comes without, which takes longer
 * than all else that is done for it. No realm takes what another has signed: they are told apart by the issuer.
 */
export function realmKeys(): Promise<Components> {
  return (made ??= makeKeys());
}

async function makeKeys(): Promise<Components> {
  return {
    'org.keycloak.keys.KeyProvider': [
      await pairOf('signing', 'rsa', 'RS256'),
      await pairOf('encryption', 'rsa-enc', 'RSA-OAEP'),
      generated('hmac', { algorithm: ['HS512'] }),
      generated('aes', {}),
    ],
  };
}

async function pairOf(name: string, providerId: string, algorithm: string): Promise<object> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2_048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const config = { privateKey: [pem], priority: ['100'], algorithm: [algorithm] };
  return { name, providerId, subComponents: {}, config };
}

function generated(name: string, config: Readonly<Record<string, readonly string[]>>): object {
  return {
    name,
    providerId: `${name}-generated`,
    subComponents: {},
    config: { priority: ['100'], ...config },
  };
}
