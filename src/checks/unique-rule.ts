import { quote } from '@etl/columnar';
import { columnAt, refuseTwice } from '../transforms/input-columns.js';
import type { TableStep } from '../transforms/library-step.js';
import { rowNumberColumn, type BindContext } from '../transforms/step.js';
import { countRows, tableRejects } from '../transforms/table-rows.js';
import { makeResult } from '../transforms/table-result.js';
import { ruleReason, type RuleAbout } from './cell-rule.js';

/**
 * No two rows with the same values. All rows of a value that is there twice break the rule: which of them is right is not for a check to
 * guess (`dedupe` says which to keep). Rows with a null in one of the columns are not compared, as in SQL.
 */
export function uniqueRule(fields: readonly string[], { name, input, onFail }: RuleAbout, { dataset }: BindContext): TableStep {
  for (const field of fields) columnAt(input, field, name);
  refuseTwice(fields, name);
  const keys = fields.map(quote);
  const reason = ruleReason({ kind: 'unique', fields });
  const columns = [...input.fields.map((field) => quote(field.name)), rowNumberColumn].join(', ');
  return {
    work: 'table',
    name,
    output: input,
    reads: [dataset],
    run: async (tables) => {
      const { session, table } = tables;
      const source = table(tables.dataset);
      const isCompared = keys.map((key) => `${key} is not null`).join(' and ');
      const twice = `select ${keys.join(', ')} from ${source} where ${isCompared} group by all having count(*) > 1`;
      const isTwice = `(${keys.join(', ')}) in (${twice})`;
      const broken = await countRows(session, `${source} where ${isCompared} and ${isTwice}`);
      const rejects = broken > 0 && onFail !== 'warn';
      await makeResult(tables, `select ${columns} from ${source}${rejects ? ` where not (${isCompared}) or not ${isTwice}` : ''}`);
      const [before, after] = [await countRows(session, source), await countRows(session, tables.into)];
      return {
        counts: [
          {
            step: name,
            in: before,
            out: after,
            filtered: 0,
            deduplicated: 0,
            rejected: rejects ? broken : 0,
            warned: rejects ? 0 : broken,
          },
        ],
        rejects: tableRejects(session, rejects ? `select * from ${source} where ${isCompared} and ${isTwice} order by ${rowNumberColumn}` : null, {
          step: name, schema: input, reason, code: 'CHECK_FAILED', field: fields.join(', '),
        }), // prettier-ignore
      };
    },
  };
}
