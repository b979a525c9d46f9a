import type { ScalarNode, YamlNode } from './yaml-node.js';

export interface LiteralSecret {
  /** Keys from the node that was searched. */
  readonly path: readonly string[];
  readonly node: ScalarNode;
}

const secretKey = /^(?:.*[_-])?(?:password|passwd|passphrase|pwd|secret|api_?key|apikey|private_?key|access_?token|auth_?token|client_?secret|secret_?key|secret_?access_?key|bearer)$/i; // prettier-ignore

const knownFormats: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{30,}\b|\bgithub_pat_[A-Za-z0-9_]{40,}\b|\bglpat-[A-Za-z0-9_-]{20,}/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /\b[rs]k_live_[A-Za-z0-9]{16,}/,
  /\bnpm_[A-Za-z0-9]{36}\b|\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|\bdop_v1_[a-f0-9]{64}\b/,
  /\bAIza[A-Za-z0-9_-]{35}\b/,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/,
];

const secretValue: readonly RegExp[] = [...knownFormats, /^[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:[^\s@/]+@/i];

/** An address with a password in it; `{param}`, `${VAR}` and `***` are none. */
const addressWithPassword = /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@'"`{}]*:(?!\*+@)[^\s@/'"`{}$]+@[\w[]/i;

/** Whether a line of any text holds a well-known kind of secret. */
export const lineLooksSecret = (line: string): boolean =>
  addressWithPassword.test(line) || knownFormats.some((pattern) => pattern.test(line));

/** Whether a line of `.env` gives a value to what is called like a secret. */
export const assignsSecret = (line: string): boolean => {
  const [, name = '', value = ''] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
  return (secretKey.test(name) || /(?:^|_)(?:token|credentials?|access_key)$/i.test(name)) && !/^(?:''|"")?(?:\s*#.*)?$/.test(value);
};

export interface LiteralSecretOptions {
  /** Also what stands under the name of a secret; else only what looks like a well-known kind of one. */
  readonly names?: boolean;
}

/** Values that stand under the name of a secret, or look like a well-known kind of one. */
export function findLiteralSecrets(root: YamlNode, { names = true }: LiteralSecretOptions = {}): LiteralSecret[] {
  const search = (node: YamlNode, path: readonly string[]): LiteralSecret[] => {
    if (node.kind === 'list') return node.items.flatMap((item, index) => search(item, [...path, String(index + 1)]));
    if (node.kind === 'map') {
      if (names && node.entries.size === 1 && node.entries.get('secret')?.value.kind === 'scalar') return [];
      return [...node.entries].flatMap(([key, { value }]) => search(value, [...path, key]));
    }
    if (node.value === null || node.source === '' || typeof node.value === 'boolean') return [];
    const named = names && secretKey.test(path.at(-1) ?? '');
    return named || secretValue.some((pattern) => pattern.test(node.source)) ? [{ path, node }] : [];
  };
  return search(root, []);
}
