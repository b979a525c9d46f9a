import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { isEtlError } from '@etl/sdk';
import { Interruption } from '../../src/terminal/interruption.js';

function interrupted() {
  const process = new EventEmitter();
  const said: string[] = [];
  const ended: number[] = [];
  const interruption = new Interruption({ process, announce: (text) => said.push(text), end: (code) => ended.push(code) });
  return { process, said, ended, interruption };
}

describe('an interruption', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s first aborts what waits and keeps the process, then ends it at once with %d', (signal, code) => {
    const { process, said, ended, interruption } = interrupted();
    process.emit(signal, signal);
    expect(interruption.signal.aborted).toBe(true);
    const reason: unknown = interruption.signal.reason;
    expect(isEtlError(reason) && reason.code).toBe('CANCELLED');
    expect(interruption.exitCode).toBe(code);
    expect(said).toEqual(['Stopping safely, progress is kept; press Ctrl-C again to end at once']);
    expect(ended).toEqual([]);
    process.emit(signal, signal);
    expect(ended).toEqual([code]);
  });

  it('leaves no listener behind', () => {
    const { process, interruption } = interrupted();
    interruption.stopListening();
    expect(process.eventNames()).toEqual([]);
  });
});
