import { sqlTokens } from '../transforms/sql-tokens.js';

export interface SqlParameter {
  readonly name: string;
  /** Offset of its colon. */
  readonly at: number;
}

/** Each `:name` of a SQL text. Within brackets and braces a colon may also be a slice or a key: there it is none. */
export function sqlParameters(sql: string): SqlParameter[] {
  const found: SqlParameter[] = [];
  let depth = 0;
  for (const { kind, text, at } of sqlTokens(sql)) {
    if (kind === 'symbol') depth += text === '[' || text === '{' ? 1 : text === ']' || text === '}' ? -1 : 0;
    if (kind === 'parameter' && depth === 0) found.push({ name: text.slice(1), at });
  }
  return found;
}
