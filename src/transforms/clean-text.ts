export interface CleanOptions {
  readonly unicode?: 'nfc' | 'nfkc' | 'nfd' | 'nfkd' | undefined;
  readonly strip_control?: boolean | undefined;
  readonly collapse_spaces?: boolean | undefined;
  readonly trim?: boolean | undefined;
  readonly case?: 'upper' | 'lower' | undefined;
  readonly null_values?: readonly string[] | undefined;
  readonly empty_to_null?: boolean | undefined;
}

export interface TextCleaner {
  clean(text: string): string | null;
  /** Whether the bytes are surely clean: nothing has to be decoded. False says nothing. */
  isClean(bytes: Uint8Array, from: number, to: number): boolean;
}

/** Control characters but tab, line feed and carriage return; zero-width space, word joiner, byte order mark. Joiners stay: scripts need them. */
const control = /(?![\t\n\r])\p{Cc}|[\u200b\u2060\ufeff]/gu;
const blanks = /\s+/gu;

/** What `clean` does to one text. */
export function cleanText(options: CleanOptions): TextCleaner {
  const nulls = new Set(options.null_values ?? []);
  const clean = (text: string): string | null => {
    let value = options.unicode === undefined ? text : text.normalize(options.unicode.toUpperCase());
    if (options.strip_control === true) value = value.replaceAll(control, '');
    if (options.collapse_spaces === true) value = value.replaceAll(blanks, ' ');
    if (options.trim === true) value = value.trim();
    if (options.case === 'upper') value = value.toUpperCase();
    else if (options.case === 'lower') value = value.toLowerCase();
    if (nulls.has(value) || (options.empty_to_null === true && value === '')) return null;
    return value;
  };
  return { clean, isClean: cleanBytes(options) };
}

/** Marks of bytes: a byte of a class that an option may change means that the text has to be looked at. */
const inside = 1;
const atEnds = 2;

function cleanBytes(options: CleanOptions): TextCleaner['isClean'] {
  const marks = byteMarks(options);
  const firstBytes = new Set((options.null_values ?? []).map((text) => Buffer.from(text)[0] ?? -1));
  const nullLengths = new Set((options.null_values ?? []).map((text) => Buffer.byteLength(text)));
  const emptyMatters = options.empty_to_null === true || nullLengths.has(0);
  const collapses = options.collapse_spaces === true;
  return (bytes, from, to) => {
    if (from === to) return !emptyMatters;
    const first = bytes[from] ?? 0;
    if (nullLengths.has(to - from) && firstBytes.has(first)) return false;
    if (((marks[first] ?? 0) & atEnds) !== 0 || ((marks[bytes[to - 1] ?? 0] ?? 0) & atEnds) !== 0) return false;
    for (let at = from; at < to; at++) {
      const byte = bytes[at] ?? 0;
      if (((marks[byte] ?? 0) & inside) !== 0) return false;
      if (collapses && byte === 32 && bytes[at + 1] === 32 && at + 1 < to) return false;
    }
    return true;
  };
}

function byteMarks(options: CleanOptions): Uint8Array {
  const marks = new Uint8Array(256);
  const mark = (from: number, to: number, value: number): void => {
    for (let byte = from; byte <= to; byte++) marks[byte] = (marks[byte] ?? 0) | value;
  };
  const touchesUnicode =
    options.unicode !== undefined || options.strip_control === true || options.collapse_spaces === true || options.case !== undefined;
  if (touchesUnicode) mark(128, 255, inside);
  if (options.strip_control === true) {
    mark(0, 8, inside);
    mark(11, 12, inside);
    mark(14, 31, inside);
    mark(127, 127, inside);
  }
  if (options.collapse_spaces === true) mark(9, 13, inside);
  if (options.trim === true) {
    mark(9, 13, atEnds);
    mark(32, 32, atEnds);
    mark(128, 255, atEnds);
  }
  if (options.case === 'upper') mark(97, 122, inside);
  if (options.case === 'lower') mark(65, 90, inside);
  return marks;
}
