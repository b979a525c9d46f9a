import { EtlError, suggestion } from '@etl/sdk';
import type { ParamValue } from '../transforms/step.js';
import { isCodeField } from './check-code-text.js';

/** What `{run.id}`, `{run.date}` and `{param}` stand for in one run. */
export interface PlaceholderValues {
  /** `date`: YYYY-MM-DD. */
  readonly run: { readonly id: string; readonly date: string };
  readonly params: ReadonlyMap<string, ParamValue>;
  /** Names that stay as they are written: the connector fills them in, for each row of another dataset. */
  readonly kept?: ReadonlySet<string>;
}

/** Names beside the parameters. */
export const runPlaceholders: readonly string[] = ['run.id', 'run.date'];

const pattern = /\{\{([A-Za-z_][\w.]*)\}\}|\{([A-Za-z_][\w.]*)\}/g;

/** Options whose value is a path or the name of a file. */
const fileFields: ReadonlySet<string> = new Set(['path', 'file', 'folder', 'directory', 'prefix']);

/**
 * Fills the placeholders of all texts in options. In paths and file names a value can neither leave its folder nor make another; SQL is
 * left alone, since `:name` is bound there. `{{name}}` stays as `{name}`. Throws CONFIG_INVALID for a name that is not known.
 */
export function fillPlaceholders<T>(options: T, values: PlaceholderValues): T;
export function fillPlaceholders(options: unknown, values: PlaceholderValues): unknown {
  return fillAny(options, '', values);
}

function fillAny(value: unknown, field: string, values: PlaceholderValues): unknown {
  if (typeof value === 'string')
    return isCodeField(field) ? value : fillText(value, values, fileFields.has(field) ? fileNamePart : (text) => text);
  if (Array.isArray(value)) return value.map((item: unknown) => fillAny(item, field, values));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fillAny(inner, key, values)]));
}

/** Fills one text, with each value passed through `encode`. */
export function fillText(text: string, values: PlaceholderValues, encode: (value: string) => string): string {
  return text.replace(pattern, (whole: string, escaped: string | undefined, name: string) =>
    escaped === undefined ? (values.kept?.has(name) === true ? whole : encode(valueOf(name, values))) : `{${escaped}}`,
  );
}

/** Names of the placeholders in a text, in order. */
export const placeholdersIn = (text: string): string[] =>
  [...text.matchAll(pattern)].flatMap(([, , name]) => (name === undefined ? [] : [name]));

function valueOf(name: string, { run, params }: PlaceholderValues): string {
  if (name === 'run.id') return run.id;
  if (name === 'run.date') return run.date;
  const param = params.get(name);
  if (param === undefined) throw unknownPlaceholder(name, params.keys());
  if (param.value === null) throw new EtlError('CONFIG_INVALID', `{${name}} has no value`, { hint: `Give it one: --param ${name}=VALUE` });
  return param.value;
}

export function unknownPlaceholder(name: string, params: Iterable<string>): EtlError {
  const hint = suggestion(name, [...params, ...runPlaceholders], { what: 'There are' });
  return new EtlError('CONFIG_INVALID', `{${name}} is neither a parameter of the job nor a value of the run`, {
    ...(hint !== undefined && { hint }),
  });
}

/** The value as a piece of a file name: what could make or leave a folder, or is refused by some file system, is percent-encoded. */
export function fileNamePart(value: string): string {
  if (value === '') throw new EtlError('CONFIG_INVALID', 'An empty value cannot be part of a file name');
  const encoded = value.replace(/[/\\:*?"<>|%]|\p{C}/gu, (character) => [...Buffer.from(character)].map(percent).join(''));
  return /^\.+$/.test(encoded) ? encoded.replaceAll('.', '%2E') : encoded;
}

const percent = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;

const isPlainObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
