import { readFile } from 'node:fs/promises';
import { EtlError, messageOf, nativeCode } from '@etl/sdk';
import type { Span } from './yaml-node.js';

/** The text of a file of the project, and where each offset of it stands. */
export class SourceText {
  readonly #starts: number[] = [0];

  constructor(
    /** Path from the project's root, with `/`. */
    readonly file: string,
    readonly text: string,
  ) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  span(offset: number, end = offset): Span {
    const starts = this.#starts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const start = starts[low] ?? 0;
    const lineEnd = (starts[low + 1] ?? this.text.length + 1) - 1;
    return { file: this.file, line: low + 1, column: offset - start + 1, length: Math.max(0, Math.min(end, lineEnd) - offset) };
  }
}

/** Reads a file of the project; `file` is how places name it. Null where there is none; CONFIG_INVALID where it is not UTF-8. */
export async function readSource(path: string, file: string): Promise<SourceText | null> {
  try {
    return new SourceText(file, decodeUtf8(await readFile(path), file));
  } catch (cause) {
    if (cause instanceof EtlError) throw cause;
    if (nativeCode(cause) === 'ENOENT' || nativeCode(cause) === 'ENOTDIR') return null;
    const message = nativeCode(cause) === 'EISDIR' ? `${file} is a folder, not a file` : `${file} cannot be read: ${messageOf(cause)}`;
    throw new EtlError('CONFIG_INVALID', message, { cause, place: { file }, hint: 'Look at the file and its permissions' });
  }
}

function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const { line, column } = firstInvalid(bytes);
    const place = { file, line, column };
    throw new EtlError('CONFIG_INVALID', `${file} is not valid UTF-8`, { cause, place, hint: 'Save the file as UTF-8' });
  }
}

/** Place of the first byte that is not UTF-8; columns count characters. */
function firstInvalid(bytes: Uint8Array): { line: number; column: number } {
  const text = new TextDecoder('utf-8').decode(bytes);
  const encoder = new TextEncoder();
  let valid = 0;
  for (const line of text.split('\n')) {
    const encoded = encoder.encode(`${line}\n`);
    const same = encoded.every((byte, index) => bytes[valid + index] === byte || valid + index === bytes.length);
    if (!same) {
      const before = text.slice(0, text.indexOf(line)).split('\n').length;
      return { line: before, column: Math.max(0, line.indexOf('\uFFFD')) + 1 };
    }
    valid += encoded.length;
  }
  return { line: 1, column: 1 };
}
