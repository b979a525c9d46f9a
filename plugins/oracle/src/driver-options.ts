import { EtlError, messageOf } from '@etl/sdk';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ConnectionOptions } from './connection-options.js';
import type { ConnectionAttributes } from './driver.js';
import type { Endpoint, ServerAddress } from './server-address.js';
import { throwawayCertificate } from './throwaway-certificate.js';

/** Attributes that the types of the driver do not list yet. */
interface TlsAttributes {
  walletContent?: string;
  walletLocation?: string;
  walletPassword?: string;
  sslServerDNMatch?: boolean;
  sslServerCertDN?: string;
}

/** What the driver needs to sign in. Throws CREDENTIAL_MISSING without a password, CONFIG_INVALID for files that cannot be read. */
export async function driverOptions(
  options: ConnectionOptions,
  { address, directory, led }: { readonly address: ServerAddress; readonly directory: string; readonly led: Endpoint | null },
): Promise<ConnectionAttributes> {
  const { user, password, config_dir: configDir } = options;
  if (password === undefined)
    throw new EtlError('CREDENTIAL_MISSING', `The connection to ${address.place} has no password`, {
      hint: 'Store it: etl credentials set CONNECTION',
    });
  return {
    user: /^[a-z][\w$#]*$/i.test(user) ? user : `"${user.replaceAll('"', '')}"`,
    password: password.reveal(),
    connectString: address.connectString(led),
    ...(configDir === undefined ? {} : { configDir: resolve(directory, configDir) }),
    ...(await tlsAttributes(address, directory)),
  };
}

async function tlsAttributes({ tls }: ServerAddress, directory: string): Promise<TlsAttributes> {
  if (tls === null) return {};
  const { ca, cert, key, wallet, wallet_password: walletPassword, verify_name: verifyName = true, server_dn: serverDn } = tls;
  const files = [cert, key, ca].filter((path) => path !== undefined);
  const pem = await Promise.all(files.map((path) => readPem(resolve(directory, path))));
  // The first certificate is that of this client
  if (pem.length > 0 && cert === undefined) pem.unshift(throwawayCertificate());
  return {
    ...(pem.length === 0 ? {} : { walletContent: pem.join('\n') }),
    ...(wallet === undefined ? {} : { walletLocation: resolve(directory, wallet) }),
    ...(walletPassword === undefined ? {} : { walletPassword: walletPassword.reveal() }),
    ...(serverDn === undefined ? {} : { sslServerCertDN: serverDn }),
    sslServerDNMatch: verifyName,
  };
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new EtlError('CONFIG_INVALID', `The file ${path} cannot be read: ${messageOf(cause)}`, {
      hint: 'Correct tls of the connection',
      cause,
    });
  }
}
