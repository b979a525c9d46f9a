import { isUtf8 } from 'node:buffer';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text as people can read it in a reject: what is not valid UTF-8 is shown as `\xNN`, never as U+FFFD. */
export function showBytes(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return strict.decode(bytes);
  let shown = '';
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at);
    if (length === 0) shown += `\\x${(bytes[at] ?? 0).toString(16).padStart(2, '0').toUpperCase()}`;
    else shown += strict.decode(bytes.subarray(at, at + length));
    at += Math.max(1, length);
  }
  return shown;
}

/** Bytes of the valid character at `at`; 0: there is none. */
function characterLength(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) if (isUtf8(bytes.subarray(at, at + length))) return length;
  return 0;
}
