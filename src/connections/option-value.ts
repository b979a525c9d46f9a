import { EtlError, suggestion } from '@etl/sdk';
import { parse } from 'yaml';
import { fieldName, type ConnectionField } from './connection-field.js';

/** What is wrong with the text for a field, or null. The text itself is never repeated. */
export function optionFault(field: ConnectionField, text: string): string | null {
  if (text.includes('${')) return null;
  switch (field.kind) {
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? null : 'A number';
    case 'boolean':
      return /^(true|false)$/.test(text) ? null : 'true or false';
    case 'choice':
      return field.choices.includes(text) ? null : `One of: ${field.choices.join(', ')}`;
    case 'structure':
      return parsedStructure(text) === undefined ? 'YAML, such as [a, b] or { key: value }' : null;
    case 'text':
    case 'secret':
      return null;
  }
}

/** The value as etl.yaml has it. A text with `${VAR}` stays as it is: it is filled in when the file is read. */
export function optionValue(field: ConnectionField, text: string): unknown {
  const fault = optionFault(field, text);
  if (fault !== null) throw new EtlError('USAGE', `${fieldName(field)} cannot be this`, { hint: fault });
  if (text.includes('${')) return text;
  if (field.kind === 'number') return Number(text);
  if (field.kind === 'boolean') return text === 'true';
  return field.kind === 'structure' ? parsedStructure(text) : text;
}

/** `key=value` as given to a flag. Throws USAGE that repeats nothing but known names. */
export function splitAssignment(given: string, flag: string): readonly [string, string] {
  const at = given.indexOf('=');
  if (at > 0) return [given.slice(0, at), given.slice(at + 1)];
  throw new EtlError('USAGE', `${flag} takes a name and a value`, { hint: `Such as ${flag} host=db.internal` });
}

/** The field of this name, or USAGE with the nearest. */
export function namedField(fields: readonly ConnectionField[], name: string, connector: string): ConnectionField {
  const found = fields.find((field) => fieldName(field) === name);
  if (found !== undefined) return found;
  const hint = suggestion(name, fields.map(fieldName), { what: 'Options' }) ?? `${connector} has no options`;
  throw new EtlError('USAGE', `The connector ${connector} has no option '${name}'`, { hint });
}

/** Puts a value at its place in nested maps. */
export function putOption(options: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    options[key] = value;
    return;
  }
  const inner = options[key];
  const map = isMap(inner) ? inner : {};
  options[key] = map;
  putOption(map, rest, value);
}

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function parsedStructure(text: string): unknown {
  try {
    return (parse(text, { logLevel: 'silent' }) as unknown) ?? undefined;
  } catch {
    return undefined;
  }
}
