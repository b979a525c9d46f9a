import { EtlError, errorCodes } from '@etl/sdk';
import { code, generated, page, table } from './markdown.mjs';

export async function errorPage() {
  const { exitCodeOf } = await import('../../dist/terminal/exit-codes.js');
  return page(
    '# Error codes',
    generated,
    'Every error has a code that never changes, a place, and a hint that says what to do next. With `--json` it is `{ "code", "message", "hint", "place" }`. A retry may help where the last column says so; `etl run` itself retries those a few times.',
    table(
      ['code', 'means', 'exit code', 'retry'],
      Object.entries(errorCodes).map(([name, meaning]) => [
        code(name),
        meaning,
        exitCodeOf(name),
        new EtlError(name, '').transient ? 'yes' : '',
      ]),
    ),
  );
}
