import { createHash } from 'node:crypto';

const longest = 160;

/**
 * A file name for any text: different texts get different names, also where the file system ignores case, none leaves its folder,
 * none is reserved by a system. Bytes other than a-z 0-9 _ - become `%xx`; a long name ends in a hash of the whole.
 */
export function safeName(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  let name = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    name += /[a-z0-9_-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
  }
  if (name === '') return '%';
  if (reserved.test(name)) return `%${bytes[0]?.toString(16) ?? ''}${name.slice(1)}`;
  if (name.length <= longest) return name;
  return `${name.slice(0, longest - 41)}%${createHash('sha256').update(bytes).digest('hex').slice(0, 40)}`;
}

const reserved = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/;
