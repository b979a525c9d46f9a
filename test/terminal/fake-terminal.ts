import { Terminal, type TerminalOptions } from '../../src/terminal/terminal.js';

/** A stream that remembers what was written to it. */
export class FakeStream {
  text = '';
  constructor(
    readonly isTTY = false,
    readonly columns = 80,
    readonly rows = 24,
  ) {}

  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

/** A terminal on fake streams, as a person at a screen has it unless said otherwise. */
export function fakeTerminal({
  tty = true,
  columns = 80,
  ...options
}: Partial<TerminalOptions> & { tty?: boolean; columns?: number } = {}) {
  const stdout = new FakeStream(tty, columns);
  const stderr = new FakeStream(tty, columns);
  const terminal = new Terminal({ stdout, stderr, stdin: { isTTY: tty }, variables: { TERM: 'xterm' }, ...options });
  return { terminal, stdout, stderr };
}
