import { EtlError, suggestion, type Field, type Schema } from '@etl/sdk';
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
  const hint = suggestion(
    name,
    schema.fields.map((field) => field.name),
    { what: 'Columns here are' },
  );
  throw new EtlError('CONFIG_INVALID', `${what} names column ${name}, which is not there`, hint === undefined ? {} : { hint });
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
