import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';

/** Where bytes of a socket go. */
export interface ByteSink {
  /** Free bytes, at least one; asked for behind each `took`. */
  room(): Uint8Array;
  /** So many bytes lie at the beginning of what `room` gave last; where the sink is new, they may lie elsewhere. */
  took(bytes: Uint8Array): void;
}

const chunkBytes = 64 * 1024;

/**
 * A socket whose bytes are read to where its owner keeps them, so that no buffer is made for each of thousands of reads. Until it has an owner they come as
 * events, which is how a driver signs in.
 */
export class DirectSocket {
  readonly socket: Socket;
  #sink: ByteSink | null = null;

  constructor() {
    const chunk = Buffer.allocUnsafeSlow(chunkBytes);
    const options: SocketConstructorOpts & { readonly onread: OnReadOpts } = {
      onread: {
        buffer: () => this.#sink?.room() ?? chunk,
        callback: (length, buffer) => {
          const bytes = buffer.subarray(0, length);
          if (this.#sink === null) this.socket.emit('data', Buffer.from(bytes));
          else this.#sink.took(bytes);
          return true;
        },
      },
    };
    this.socket = new Socket(options);
  }

  /** From the next read on; what was asked for before still comes where it was to come. */
  lead(sink: ByteSink): void {
    this.#sink = sink;
  }
}
