import { BufferPool } from '@etl/sdk';
import type { Socket } from 'node:net';
import type { DirectSocket } from './direct-socket.js';

/** One message of the server, read whole. */
export interface Message {
  readonly type: string;
  readonly body: Buffer;
}

/** Bytes of one buffer; batches of rows point into it. */
const bufferBytes = 2 * 1024 * 1024;
/** The least and the most that is read at once: what is unread moves with each new buffer, so it is to stay small beside it. */
const leastRoom = 64 * 1024;
const mostRoom = 256 * 1024;
/** So many unread bytes stop the socket. */
const highWater = 1024 * 1024;

/**
 * The bytes of a signed-in connection. What arrives is gathered in large buffers that are not written over while somebody holds them, so that rows can be pointed
 * at where they lie; nobody reads for long, and the socket stops: a slow consumer slows the server.
 */
export class Wire {
  readonly #socket: Socket;
  /** Memory of buffers and of rows. */
  readonly pool = new BufferPool();
  #buffer: Buffer = this.pool.takeBytes(bufferBytes);
  /** How many hold a buffer, by its memory; weak, since who never lets go of a batch only drops it. */
  readonly #holders = new WeakMap<ArrayBufferLike, number>();
  #start = 0;
  #end = 0;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;
  #paused = false;
  /** Where rows are encoded before they are sent; kept, since buffers of this size are dear to make and to collect. */
  scratch: Buffer = Buffer.alloc(0);

  /** `direct`: the socket reads into the buffer itself; null: its bytes come in chunks, as those of TLS do. */
  constructor(socket: Socket, direct: DirectSocket | null) {
    this.#socket = socket;
    socket.removeAllListeners('data');
    if (direct === null) socket.on('data', (chunk: Buffer) => this.#take(chunk));
    else direct.lead({ room: () => this.#room(), took: (bytes) => this.#take(bytes) });
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(Object.assign(new Error('The server closed the connection'), { code: 'ECONNRESET' })));
    socket.resume();
  }

  get open(): boolean {
    return this.#failure === null;
  }

  /** The buffer in which unread bytes lie from `start` to `end`; another one takes its place when it is full. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  /** Says that the bytes before `to` are read. */
  consume(to: number): void {
    this.#start = to;
  }

  /** Holds the buffer as it is; the answer lets go of it. */
  hold(): () => void {
    const memory = this.#buffer.buffer;
    this.#holders.set(memory, (this.#holders.get(memory) ?? 0) + 1);
    return () => {
      this.#holders.set(memory, (this.#holders.get(memory) ?? 0) - 1);
      if (memory !== this.#buffer.buffer) this.#reuse(memory);
    };
  }

  #reuse(memory: ArrayBufferLike): void {
    if (this.#holders.get(memory) !== 0) return;
    this.#holders.delete(memory);
    this.pool.give(memory);
  }

  /** Waits for bytes behind those that are there. Throws when the connection ends instead. */
  async more(): Promise<void> {
    const before = this.#end - this.#start;
    while (this.#end - this.#start === before) {
      if (this.#failure !== null) throw this.#failure;
      const woken = new Promise<void>((done) => {
        this.#wake = done;
      });
      this.#resume();
      await woken;
    }
  }

  /** The next message, whole. */
  async message(): Promise<Message> {
    while (this.#end - this.#start < 5) await this.more();
    const length = this.#buffer.readInt32BE(this.#start + 1);
    while (this.#end - this.#start < 1 + length) await this.more();
    const from = this.#start;
    this.#start = from + 1 + length;
    return { type: String.fromCharCode(this.#buffer[from] ?? 0), body: this.#buffer.subarray(from + 5, from + 1 + length) };
  }

  /** Sends bytes and waits until the socket takes more. */
  async send(...parts: readonly Uint8Array[]): Promise<void> {
    this.#assertOpen();
    this.#socket.cork();
    let flows = true;
    for (const part of parts) flows = this.#socket.write(part);
    this.#socket.uncork();
    if (flows) return;
    await new Promise<void>((done) => {
      const end = (): void => {
        this.#socket.off('drain', end);
        this.#socket.off('close', end);
        done();
      };
      this.#socket.on('drain', end);
      this.#socket.on('close', end);
    });
    // A reader sees the same failure; a writer must not go on into the void
    this.#assertOpen();
  }

  /** Sends bytes and waits until the system has them: their buffer may then be written over. */
  async sendWhole(...parts: readonly Uint8Array[]): Promise<void> {
    this.#assertOpen();
    const last = parts.at(-1);
    if (last === undefined) return;
    this.#socket.cork();
    for (const part of parts.slice(0, -1)) this.#socket.write(part);
    const written = new Promise<void>((done) => {
      this.#socket.write(last, () => done());
    });
    this.#socket.uncork();
    await written;
    this.#assertOpen();
  }

  #assertOpen(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  destroy(): void {
    this.#fail(new Error('The connection was closed'));
    this.#socket.destroy();
  }

  /** Says goodbye and waits until the socket is gone. */
  async close(goodbye: Uint8Array): Promise<void> {
    if (this.#socket.destroyed) return;
    const closed = new Promise<void>((done) => this.#socket.once('close', () => done()));
    if (this.open) this.#socket.end(goodbye);
    this.#fail(new Error('The connection is closed'));
    this.#socket.resume();
    const impatient = setTimeout(() => this.#socket.destroy(), 1000);
    await closed;
    clearTimeout(impatient);
  }

  /** The free end of the buffer, where nothing points to. */
  #room(): Uint8Array {
    if (this.#buffer.length - this.#end < leastRoom) this.#renew(leastRoom);
    return this.#buffer.subarray(this.#end, this.#end + mostRoom);
  }

  #take(chunk: Uint8Array): void {
    if (this.#failure !== null) return;
    const isThere = chunk.buffer === this.#buffer.buffer && chunk.byteOffset === this.#buffer.byteOffset + this.#end;
    if (!isThere) {
      if (this.#end + chunk.length > this.#buffer.length) this.#renew(chunk.length);
      this.#buffer.set(chunk, this.#end);
    }
    this.#end += chunk.length;
    this.#notify();
    if (this.#end - this.#start >= highWater && this.#wake === null && !this.#paused) {
      this.#paused = true;
      this.#socket.pause();
    }
  }

  /** Moves what is unread to a new buffer: batches keep the old one. */
  #renew(room: number): void {
    const unread = this.#end - this.#start;
    const needed = unread + room;
    const larger = this.pool.takeBytes(4 * needed <= 3 * bufferBytes ? bufferBytes : 2 * needed);
    this.#buffer.copy(larger, 0, this.#start, this.#end);
    const before = this.#buffer.buffer;
    this.#buffer = larger;
    this.#reuse(before);
    this.#start = 0;
    this.#end = unread;
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#notify();
  }
}
