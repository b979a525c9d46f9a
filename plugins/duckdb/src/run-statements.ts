import type { Session } from '@etl/columnar';
import { EtlError, isEtlError } from '@etl/sdk';
import { bindNames } from './bind-names.js';

export interface Statements {
  /** What they are in the job: `pre`, `post`, `statements`. */
  readonly option: string;
  readonly statements: readonly string[];
  readonly params: { readonly [name: string]: string | null };
}

/** Runs statements of a job in order, in the transaction of the caller. Throws CONFIG_INVALID for one that would end it, else what it fails with, and its number. */
export async function runStatements(session: Session, { option, statements, params }: Statements): Promise<void> {
  for (const [at, text] of statements.entries()) {
    refuseControl(text, option);
    const { sql, used } = bindNames(text.trim().replace(/;+\s*$/, ''), new Set(Object.keys(params)));
    const values = Object.fromEntries(used.map((name) => [name, params[name] ?? null]));
    try {
      await (used.length === 0 ? session.run(sql) : session.run(sql, values));
    } catch (error) {
      if (!isEtlError(error)) throw error;
      const { hint, cause } = error;
      throw new EtlError(error.code, `Statement ${at + 1} of ${option} fails: ${error.message}`, {
        cause: cause ?? error,
        ...(hint !== undefined && { hint }),
      });
    }
  }
}

/** What is no code: strings, quoted names, comments, dollar quotes. */
const opaque = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_]*)\$[\s\S]*?\$\1\$/g;
const control = /^(begin|start|commit|end|rollback|abort|attach|detach|use|checkpoint|force)\b/i;

/** Statements take effect with the rows or not at all, so none of them may end the transaction or leave the database. */
function refuseControl(sql: string, option: string): void {
  const found = sql
    .replace(opaque, ' ')
    .split(';')
    .map((one) => control.exec(one.trim())?.[1])
    .find((word) => word !== undefined);
  if (found === undefined) return;
  throw new EtlError(
    'CONFIG_INVALID',
    `${found.toUpperCase()} cannot stand in ${option}: it runs in the transaction that publishes the load`,
    {
      hint: 'Leave it out: everything of a load becomes visible together',
    },
  );
}
