import { EventEmitter } from 'node:events';

/**
 * What LOAD DATA LOCAL reads instead of a file: chunks that are made when the socket takes them. The driver copies each chunk while `data` is emitted, so
 * that one buffer serves them all; chunks are Buffers, since the driver ends the process over a string.
 */
export class InfileStream extends EventEmitter {
  readonly #next: () => Buffer | null;
  #paused = false;
  #running = false;
  #ended = false;

  /** `next` gives the next chunk, which may be overwritten by the one behind it; null: there is none. */
  constructor(next: () => Buffer | null) {
    super();
    this.#next = next;
  }

  /** Called by the driver when the server asks for the file; it listens in the same turn. */
  start(): this {
    setImmediate(() => this.#pump());
    return this;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    setImmediate(() => this.#pump());
  }

  /** Nobody reads any more. */
  stop(): void {
    this.#ended = true;
  }

  #pump(): void {
    if (this.#running || this.#ended) return;
    this.#running = true;
    try {
      while (!this.#paused && this.#step());
    } finally {
      this.#running = false;
    }
  }

  #step(): boolean {
    if (this.#ended) return false;
    try {
      const chunk = this.#next();
      if (chunk !== null) return this.emit('data', chunk);
      this.#ended = true;
      this.emit('end');
    } catch (error) {
      this.#ended = true;
      this.emit('error', error);
    }
    return false;
  }
}
