import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** SHA256 fingerprint of a host key, as ssh-keygen shows it. */
export const fingerprintOf = (key: Buffer): string => `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** What a known_hosts file says of the key that a server shows. `other`: it names the server with another key. */
export type HostKeyVerdict = 'known' | 'other' | 'unknown' | 'revoked';

/**
 * Looks a server up as OpenSSH does (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT): plain, hashed and negated names, `[host]:port` where the port is not 22. Lines
 * of authorities (`@cert-authority`) are passed over.
 */
export function judgeHostKey(file: string, server: { readonly host: string; readonly port: number }, key: Buffer): HostKeyVerdict {
  const name = server.port === 22 ? server.host : `[${server.host}]:${server.port}`;
  let verdict: HostKeyVerdict = 'unknown';
  for (const line of file.split('\n')) {
    const words = line.trim().split(/\s+/);
    const mark = words[0]?.startsWith('@') === true ? words.shift() : null;
    const [names, kind, text] = words;
    if (names === undefined || kind === undefined || text === undefined || names.startsWith('#')) continue;
    if (mark === '@cert-authority' || !matches(names, name)) continue;
    const same = isSame(Buffer.from(text, 'base64'), key);
    if (mark === '@revoked') {
      if (same) return 'revoked';
    } else if (same) verdict = 'known';
    else if (verdict === 'unknown') verdict = 'other';
  }
  return verdict;
}

const isSame = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

function matches(patterns: string, name: string): boolean {
  let found = false;
  for (const pattern of patterns.split(',')) {
    if (pattern.startsWith('|1|')) found ||= isHashOf(pattern, name);
    else if (pattern.startsWith('!')) {
      if (wildcard(pattern.slice(1)).test(name)) return false;
    } else found ||= wildcard(pattern).test(name);
  }
  return found;
}

function isHashOf(pattern: string, name: string): boolean {
  const [, , salt = '', hash = ''] = pattern.split('|');
  return isSame(createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest(), Buffer.from(hash, 'base64'));
}

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  );
