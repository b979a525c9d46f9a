import { EtlError, isEtlError, messageOf } from '@etl/sdk';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Client, ConnectConfig } from 'ssh2';
import { unreachable } from '../network-check.js';
import { fingerprintOf, judgeHostKey } from './known-hosts.js';
import type { SshOptions } from './ssh-options.js';

/** A session with an SSH server that has proved who it is. */
export interface SshSession {
  readonly client: Client;
  readonly fingerprint: string;
}

/** Signs in. Throws UNREACHABLE, TIMEOUT, AUTH_FAILED, NOT_FOUND, CREDENTIAL_MISSING. */
export async function signInSsh(options: SshOptions, directory: string): Promise<SshSession> {
  const { host, port } = options;
  const [ssh, known, key] = await Promise.all([
    import('ssh2'),
    readKnownHosts(options, directory),
    options.key === undefined ? undefined : readKey(pathOf(options.key, directory)),
  ]);
  const client = new ssh.default.Client();
  const seen: { key?: Buffer; refused?: EtlError | null } = {};
  const config: ConnectConfig = {
    host,
    port,
    username: options.user,
    readyTimeout: options.connect_timeout * 1000,
    keepaliveInterval: 15_000,
    keepaliveCountMax: 4,
    ...(options.password === undefined ? {} : { password: options.password.reveal() }),
    ...(key === undefined ? {} : { privateKey: key }),
    ...(options.agent === undefined ? {} : { agent: options.agent }),
    ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase.reveal() }),
    hostVerifier: (offered: Buffer) => {
      seen.key = offered;
      seen.refused = refuseHostKey(options, known, offered);
      return seen.refused === null;
    },
  };
  try {
    await new Promise<void>((done, fail) => {
      client.once('ready', done);
      client.once('error', fail);
      client.connect(config);
    });
  } catch (cause) {
    client.destroy();
    throw seen.refused ?? signInError(cause, options);
  }
  // Later errors end the session; whoever waits for a channel is told by its socket
  client.on('error', () => client.destroy());
  return { client, fingerprint: seen.key === undefined ? 'unknown' : fingerprintOf(seen.key) };
}

const pathOf = (path: string, directory: string): string => resolve(directory, path.replace(/^~(?=\/|$)/, homedir()));

async function readKnownHosts({ host_key: pinned, known_hosts: file }: SshOptions, directory: string): Promise<string> {
  if (pinned !== undefined) return '';
  // No file knows nobody: the error for an unknown host says what to do
  return readFile(pathOf(file, directory), 'utf8').catch(() => '');
}

async function readKey(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new EtlError('NOT_FOUND', `The SSH key cannot be read: ${messageOf(cause)}`, {
      hint: 'Correct ssh.key of the connection; a relative path begins at the folder of etl.yaml',
      cause,
    });
  }
}

function refuseHostKey({ host, port, host_key: pinned, known_hosts: file }: SshOptions, known: string, offered: Buffer): EtlError | null {
  const fingerprint = fingerprintOf(offered);
  if (pinned !== undefined) {
    if (fingerprint === pinned) return null;
    return new EtlError('AUTH_FAILED', `The SSH server ${host}:${port} shows the key ${fingerprint}, not the one of the connection`, {
      hint: 'Somebody may be between you and the server. Ask its owner; then correct ssh.host_key',
    });
  }
  const verdict = judgeHostKey(known, { host, port }, offered);
  if (verdict === 'known') return null;
  const scan = `ssh-keyscan -p ${port} ${host} >> ${file}`;
  if (verdict === 'unknown')
    return new EtlError('AUTH_FAILED', `The SSH server ${host}:${port} is not in ${file}; its key is ${fingerprint}`, {
      hint: `Compare the fingerprint with what its owner says, then write ssh.host_key: "${fingerprint}", or run: ${scan}`,
    });
  const what = verdict === 'revoked' ? 'was revoked' : 'is another one';
  return new EtlError('AUTH_FAILED', `The key that the SSH server ${host}:${port} shows (${fingerprint}) ${what} in ${file}`, {
    hint: 'Somebody may be between you and the server. Ask its owner before anything is changed',
  });
}

function signInError(cause: unknown, { host, port, user, connect_timeout: seconds }: SshOptions): EtlError {
  if (isEtlError(cause)) return cause;
  const level = typeof cause === 'object' && cause !== null && 'level' in cause ? cause.level : undefined;
  const place = `the SSH server ${host}:${port}`;
  if (level === 'client-authentication')
    return new EtlError('AUTH_FAILED', `${user} cannot sign in at ${place}`, {
      hint: 'Give the connection ssh.key, ssh.password or ssh.agent',
      cause,
    });
  if (level === 'client-timeout')
    return new EtlError('TIMEOUT', `${place} did not answer within ${seconds} s`, {
      hint: 'Correct ssh.host and ssh.port, or look at the network',
      cause,
    });
  if (level === 'handshake' || level === 'protocol')
    return new EtlError('UNREACHABLE', `${place} does not speak SSH as it should: ${messageOf(cause)}`, {
      hint: 'Correct ssh.port',
      cause,
    });
  if (messageOf(cause).includes('privateKey'))
    return new EtlError('CREDENTIAL_MISSING', `The SSH key cannot be used: ${messageOf(cause).replace('Cannot parse privateKey: ', '')}`, {
      hint: 'Store its passphrase: etl credentials set CONNECTION ssh.passphrase',
      cause,
    });
  return unreachable(place, cause);
}
