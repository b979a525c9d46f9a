import { oracleError, type OracleError } from '../wire/answers.js';
import { oracleErrorOf, serverError } from './errors.js';

/** An error that the double itself raises as Oracle would. */
export class OracleFailure extends Error {
  readonly oracle: OracleError;

  constructor(number: number, text: string) {
    const oracle = oracleError(number, text);
    super(oracle.message);
    this.oracle = oracle;
  }
}

/** What the driver is told of an error; null: it is a mistake of the double. */
export function failureOf(cause: unknown): OracleError | null {
  if (cause instanceof OracleFailure) return cause.oracle;
  const error = serverError(cause);
  return error === null ? null : oracleErrorOf(error);
}
