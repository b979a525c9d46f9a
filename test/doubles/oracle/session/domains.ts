import type { OracleType } from '../sql/oracle-type.js';
import { metInCatalogue, serverError } from '../sql/errors.js';
import { OracleFailure } from '../sql/oracle-failure.js';
import type { Answer } from './backend.js';

/** Sees to it that a type of Oracle has its domain in schema SYS. Runs in a session of its own, so that no rollback takes it away. */
export type Domains = (types: readonly OracleType[]) => Promise<void>;

export function openDomains(query: (sql: string) => Promise<Answer>): Domains {
  const made = new Map<string, Promise<unknown>>();
  return async (types) => {
    for (const type of types) {
      refuseImpossible(type);
      let making = made.get(type.name);
      if (making === undefined) {
        const check = type.check === null ? '' : ` check (${type.check})`;
        making = query(`create domain "SYS"."${type.name}" as ${type.base}${check}`).catch(thereAlready);
        made.set(type.name, making);
      }
      await making;
    }
  };
}

/** A database that was filled before has some of them, or another server of the double makes them at this moment. */
function thereAlready(cause: unknown): void {
  const error = serverError(cause);
  if (error === null || !(error.code === '42710' || metInCatalogue(error))) throw cause;
}

/** Lengths that Oracle does not have. */
function refuseImpossible({ name, wire: { precision, length, size } }: OracleType): void {
  if (name.startsWith('NUMBER(') && (precision < 1 || precision > 38)) {
    throw new OracleFailure(1727, 'numeric precision specifier is out of range (1 to 38)');
  }
  if (/^(VARCHAR2|NVARCHAR2)/.test(name) && (length > 4000 || length < 1))
    throw new OracleFailure(910, 'specified length too long for its datatype');
  if (/^(CHAR|NCHAR|RAW)/.test(name) && size > 2000) throw new OracleFailure(910, 'specified length too long for its datatype');
}
