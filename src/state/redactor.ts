import type { Json } from '@etl/sdk';

const mark = '***';
const shortest = 3;

/**
 * Hides secret values in everything that leaves the process as text: plain, percent-encoded, as base64 (also inside a longer text, such as
 * `user:password`), JSON-escaped, and each long line of a secret of several lines. Secrets of one or two characters are hidden only
 * where they stand alone, since text would otherwise be unreadable.
 */
export class Redactor {
  readonly #forms = new Set<string>();
  #pattern: RegExp | null = null;

  /** From now on this value is hidden. An empty text is no secret. */
  add(secret: string): void {
    if (secret === '') return;
    for (const part of [secret, ...secret.split(/\r?\n/).filter((line) => line.length >= 16)]) {
      for (const form of formsOf(part)) this.#forms.add(form);
    }
    this.#pattern = null;
  }

  text(text: string): string {
    const pattern = this.#compiled();
    return pattern === null ? text : text.replace(pattern, mark);
  }

  /** The same document with every secret hidden in keys, texts and numbers; its shape stays. */
  json(value: Json): Json {
    if (this.#forms.size === 0) return value;
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.#forms.has(String(value)) ? mark : value;
    if (value === null || typeof value === 'boolean') return value;
    if (Array.isArray(value)) return value.map((each: Json) => this.json(each));
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [this.text(key), this.json(each)]));
  }

  #compiled(): RegExp | null {
    if (this.#forms.size === 0) return null;
    // The longest first: a form that holds another is hidden whole.
    const forms = [...this.#forms]
      .sort((a, b) => b.length - a.length)
      .map((form) => (form.length < shortest ? alone(form) : escaped(form)));
    return (this.#pattern ??= new RegExp(forms.join('|'), 'gu'));
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
const alone = (text: string): string => `(?<![\\p{L}\\p{N}])${escaped(text)}(?![\\p{L}\\p{N}])`;

function formsOf(secret: string): Set<string> {
  const well = Buffer.from(secret, 'utf8').toString('utf8'); // no half characters: they cannot be percent-encoded
  const percent = encodeURIComponent(well);
  const strict = percent.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams([['', well]]).toString().slice(1);
  const json = JSON.stringify(secret).slice(1, -1);
  const ascii = json.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const plain = [
    secret,
    percent,
    strict,
    form,
    lowerPercent(percent),
    lowerPercent(strict),
    lowerPercent(form),
    json,
    ascii,
    upperEscape(ascii),
  ];
  return new Set([...plain, ...base64Forms(well)].filter((text) => text.length > 0));
}

const lowerPercent = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
const upperEscape = (text: string): string => text.replace(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`);

/** What base64 of any text that contains the secret must contain: for each of the three alignments the characters that only the secret decides. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  if (bytes.length < 4) return [];
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const first = before === 0 ? 0 : before + 1;
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    const sure = text.slice(first, last);
    return [sure, sure.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
