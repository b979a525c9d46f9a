import { describe, expect, it } from '@jest/globals';
import { fakeTerminal, FakeStream } from './fake-terminal.js';
import { Terminal } from '../../src/terminal/terminal.js';
import { colourLevel } from '../../src/terminal/palette.js';

describe('the terminal', () => {
  it('writes results on standard output and all else on standard error', () => {
    const { terminal, stdout, stderr } = fakeTerminal({ tty: false });
    terminal.data('id\tname');
    terminal.say('working');
    terminal.warn('careful');
    expect(stdout.text).toBe('id\tname\n');
    expect(stderr.text).toBe('working\nWarning: careful\n');
  });

  it('is silent for people with --json, and keeps warnings and errors with --quiet', () => {
    const json = fakeTerminal({ json: true });
    json.terminal.say('x');
    json.terminal.warn('x');
    json.terminal.data('{}');
    expect([json.stderr.text, json.stdout.text]).toEqual(['', '{}\n']);
    const quiet = fakeTerminal({ quiet: true, tty: false });
    quiet.terminal.say('x');
    quiet.terminal.tell('Error');
    expect(quiet.stderr.text).toBe('Error\n');
  });

  it.each([
    ['a terminal', {}, true],
    ['a pipe', { tty: false }, false],
    ['--json', { json: true }, false],
    ['--no-input', { noInput: true }, false],
    ['CI=true', { variables: { CI: 'true' } }, false],
    ['CI=false', { variables: { CI: 'false' } }, true],
  ])('asks questions on %s: %s', (_, options, canAsk) => {
    expect(fakeTerminal(options).terminal.canAsk).toBe(canAsk);
  });

  it('draws in place only where there are columns: a bare pty has none', () => {
    const bare = new Terminal({ stdout: new FakeStream(true, 0), stderr: new FakeStream(true, 0), stdin: { isTTY: true }, variables: {} });
    expect(bare.canRedraw).toBe(false);
    expect(bare.width('stderr')).toBe(80);
    expect(fakeTerminal().terminal.canRedraw).toBe(true);
    expect(fakeTerminal({ variables: { TERM: 'dumb' } }).terminal.canRedraw).toBe(false);
  });

  it.each([
    ['a terminal', { isTTY: true, variables: { TERM: 'xterm' }, off: false }, 1],
    ['a terminal of 256 colours', { isTTY: true, variables: { TERM: 'xterm-256color' }, off: false }, 2],
    ['a pipe', { isTTY: false, variables: { TERM: 'xterm' }, off: false }, 0],
    ['a pipe with FORCE_COLOR', { isTTY: false, variables: { FORCE_COLOR: '1' }, off: false }, 1],
    ['NO_COLOR, also beside FORCE_COLOR', { isTTY: true, variables: { NO_COLOR: '1', FORCE_COLOR: '1' }, off: false }, 0],
    ['an empty NO_COLOR', { isTTY: true, variables: { NO_COLOR: '', TERM: 'xterm' }, off: false }, 1],
    ['a dumb terminal', { isTTY: true, variables: { TERM: 'dumb' }, off: false }, 0],
    ['--no-color', { isTTY: true, variables: { TERM: 'xterm', FORCE_COLOR: '1' }, off: true }, 0],
  ])('chooses colour for %s', (_, conditions, level) => {
    expect(colourLevel(conditions)).toBe(level);
  });
});
