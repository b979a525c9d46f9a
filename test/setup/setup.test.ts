import nodeConsole from 'node:console';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { EtlError, isEtlError, nativeCode } from '@etl/sdk';

describe('the test set-up', () => {
  it('treats errors of Node as errors, and keeps classes of errors apart', () => {
    const missing = (): unknown => {
      try {
        return readFileSync('/does/not/exist');
      } catch (error) {
        return error;
      }
    };
    expect(nativeCode(missing())).toBe('ENOENT');
    expect(missing()).toBeInstanceOf(Error);
    expect(missing()).not.toBeInstanceOf(TypeError);
    expect(isEtlError(missing())).toBe(false);
    expect(isEtlError(new EtlError('USAGE', 'no'))).toBe(true);
  });

  it('writes to the console without decoration, so that JSON on standard output stays JSON', () => {
    expect(globalThis.console).toBe(nodeConsole);
  });

  it('resolves this module and packages by URL, as the registry does', () => {
    expect(import.meta.url).toMatch(/^file:.*setup\.test\.ts$/);
    expect(import.meta.resolve('@etl/connector-file/package.json')).toMatch(/plugins\/file\/package\.json$/);
  });
});
