import { EtlError } from '@etl/sdk';

/** Throws SCHEMA_MISMATCH where a name is missing or damaged, stands twice, or differs from another only in case. */
export function checkedNames(
  path: string,
  names: readonly string[],
  { line, hint }: { readonly line?: number; readonly hint: string },
): readonly string[] {
  const refuse = (message: string): never => {
    throw new EtlError('SCHEMA_MISMATCH', `${path}: ${message}`, { place: { file: path, ...(line === undefined ? {} : { line }) }, hint });
  };
  const met = new Map<string, string>();
  for (const [column, name] of names.entries()) {
    if (name.trim() === '') refuse(`column ${column + 1} has no name`);
    if (name.includes('\uFFFD')) refuse(`the name of column ${column + 1} is not valid text in this encoding`);
    const twin = met.get(name.toLowerCase());
    if (twin === name) refuse(`the column ${name} stands twice`);
    if (twin !== undefined) refuse(`the columns ${twin} and ${name} differ only in case`);
    met.set(name.toLowerCase(), name);
  }
  return names;
}
