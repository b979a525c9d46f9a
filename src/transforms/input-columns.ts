import { EtlError, type Field, type Schema } from '@etl/sdk';
import type { BindContext } from './step.js';

/** The columns that a step works on. Throws CONFIG_INVALID where the dataset does not exist before it. */
export function inputOf({ input, dataset }: BindContext, step: string): Schema {
  if (input !== null) return input;
  throw new EtlError('CONFIG_INVALID', `${step} needs a dataset to work on, but nothing before it makes ${dataset}`, {
    hint: 'Add an extract of this name, or make the dataset with a sql step first',
  });
}

/** The position of a column. Throws CONFIG_INVALID that names the nearest column there is. */
export function columnAt(schema: Schema, name: string, what: string): number {
  const at = schema.fields.findIndex((field) => field.name === name);
  if (at >= 0) return at;
  const near = nearest(
    name,
    schema.fields.map((field) => field.name),
  );
  throw new EtlError('CONFIG_INVALID', `${what} names column ${name}, which is not there`, {
    hint: near === null ? `Columns here are ${schema.fields.map((field) => field.name).join(', ')}` : `Did you mean ${near}?`,
  });
}

/** A column by name, with its position. */
export function fieldAt(schema: Schema, name: string, what: string): { readonly at: number; readonly field: Field } {
  const at = columnAt(schema, name, what);
  const field = schema.fields[at];
  if (field === undefined) throw new RangeError(`no column ${at}`);
  return { at, field };
}

/** Refuses a name that is listed twice. */
export function refuseTwice(names: readonly string[], what: string): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new EtlError('CONFIG_INVALID', `${what} names column ${twice} twice`);
}

/** Refuses an output in which two columns differ only in case: SQL and many targets take them for one. */
export function refuseSameNames(names: readonly string[], what: string): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined)
      throw new EtlError(
        'CONFIG_INVALID',
        other === name
          ? `${what} makes two columns named ${name}`
          : `${what} makes columns ${other} and ${name}, which differ only in case`,
        {
          hint: 'Rename one of them',
        },
      );
    seen.set(name.toLowerCase(), name);
  }
}

/** The key, where all its columns are still there under these names; else none. */
export const keptKey = (key: readonly string[], rename: ReadonlyMap<string, string>): readonly string[] => {
  const names = key.map((name) => rename.get(name));
  return names.every((name) => name !== undefined) ? names : [];
};

/** The name that is closest to what was written, if one is close. */
export function nearest(written: string, names: readonly string[]): string | null {
  let best: { name: string; distance: number } | null = null;
  for (const name of names) {
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (best === null || distance < best.distance) best = { name, distance };
  }
  return best !== null && best.distance <= Math.min(3, Math.max(1, Math.floor(written.length / 2))) ? best.name : null;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
