import { Redactor } from '../state/redactor.js';

const redactors = new WeakMap<object, Redactor>();

/**
 * The one redactor of a command line: whatever the process writes, also when it crashes, goes through it. oclif copies its configuration
 * before a command gets it; what stays the same object is the package.json in it.
 */
export function commandRedactor({ pjson }: { readonly pjson: object }, variables: NodeJS.ProcessEnv): Redactor {
  const known = redactors.get(pjson);
  if (known !== undefined) return known;
  const redactor = new Redactor();
  for (const [name, value] of Object.entries(variables)) if (value !== undefined && isSecret(name, value)) redactor.add(value);
  redactors.set(pjson, redactor);
  return redactor;
}

const passphrase = 'ETL_CREDENTIALS_PASSPHRASE';

/** A short one is hidden once it is used: as `test` or `1` it would make every text unreadable for nothing. */
const isSecret = (name: string, value: string): boolean =>
  value.length >= 8 && (name === passphrase || (name.startsWith('ETL_SECRET_') && !name.endsWith('_FILE')));
