import { describe, expect, it } from '@jest/globals';
import { EtlError, errorCodes, type ErrorCode } from '@etl/sdk';
import { errorDocument } from '../../src/terminal/error-document.js';
import { exitCodeOf } from '../../src/terminal/exit-codes.js';
import { knownError } from '../../src/terminal/known-error.js';
import { createPalette } from '../../src/terminal/palette.js';
import { renderError } from '../../src/terminal/render-error.js';

const palette = createPalette(0);
const render = (error: EtlError, verbose = false): string => renderError(error, { palette, verbose });

describe('an error', () => {
  it('says what failed, where, why and what to do next', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:3306'), { code: 'ECONNREFUSED', syscall: 'connect' });
    const error = new EtlError('UNREACHABLE', 'The database does not answer', {
      cause,
      hint: 'Check host and port',
      place: { file: 'etl.yaml', line: 4, column: 3, connection: 'shop' },
    });
    expect(render(error)).toBe(
      [
        'Error: The database does not answer (UNREACHABLE)',
        '   at: etl.yaml:4:3, connection shop',
        '  why: connect ECONNREFUSED 127.0.0.1:3306',
        ' next: Check host and port',
      ].join('\n'),
    );
  });

  it("keeps a driver's own message back unless asked, since it may quote a row or a login", () => {
    const error = new EtlError('CONFLICT', 'A key is there already', { cause: new Error("Duplicate entry 'ada@example.org'") });
    expect(render(error)).not.toContain('ada@example.org');
    expect(render(error, true)).toContain('ada@example.org');
  });

  it('shows a stack only when asked for', () => {
    expect(render(knownError(new TypeError('x is undefined')))).not.toMatch(/at .*\.ts/);
    expect(render(knownError(new TypeError('x is undefined')), true)).toContain('render-error.test');
    expect(knownError(new TypeError('x'))).toMatchObject({ code: 'INTERNAL', hint: expect.stringContaining('--verbose') });
  });

  it('cannot control the terminal', () => {
    expect(render(new EtlError('DATA_INVALID', 'bad \u001b]0;title\u0007 name'))).not.toMatch(/[\u001b\u0007]/);
  });

  it('has one shape as JSON, on every code', () => {
    for (const code of Object.keys(errorCodes) as ErrorCode[])
      expect(errorDocument(new EtlError(code, 'm'), exitCodeOf(code))).toEqual({
        status: 'error',
        exitCode: exitCodeOf(code),
        error: { code, message: 'm', hint: null, place: null },
      });
  });

  it('has the exit code of its kind', () => {
    const codes = Object.fromEntries((Object.keys(errorCodes) as ErrorCode[]).map((code) => [code, exitCodeOf(code)]));
    expect(codes).toMatchObject({
      USAGE: 2,
      CONFIG_INVALID: 2,
      CONNECTOR_UNKNOWN: 2,
      CAPABILITY_MISSING: 2,
      CREDENTIAL_MISSING: 3,
      AUTH_FAILED: 3,
      UNREACHABLE: 4,
      TIMEOUT: 4,
      THROTTLED: 4,
      LOCKED: 4,
      CHECK_FAILED: 5,
      LIMIT_EXCEEDED: 5,
      BUSY: 7,
      FENCED: 7,
      CANCELLED: 130,
      INTERNAL: 1,
      DISK_FULL: 1,
    });
  });

  it.each([
    [Object.assign(new Error('no space'), { code: 'ENOSPC' }), 'DISK_FULL'],
    [Object.assign(new Error('denied'), { code: 'EACCES' }), 'PERMISSION_DENIED'],
    [Object.assign(new Error('closed'), { name: 'ExitPromptError' }), 'CANCELLED'],
    ['just a text', 'INTERNAL'],
  ])('knows %s as %s', (thrown, code) => expect(knownError(thrown).code).toBe(code));
});
