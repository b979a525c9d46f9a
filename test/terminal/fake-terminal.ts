import { Writable } from 'node:stream';
import { Terminal, type TerminalOptions } from '../../src/terminal/terminal.js';

/** A stream that remembers what was written to it. */
export class FakeStream extends Writable {
  text = '';

  constructor(
    readonly isTTY = false,
    readonly columns = 80,
    readonly rows = 24,
  ) {
    super();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  cursorTo(): boolean {
    return true;
  }

  clearLine(): boolean {
    return true;
  }

  moveCursor(): boolean {
    return true;
  }

  /** The streams of a process never end. */
  override end(): this {
    return this;
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
