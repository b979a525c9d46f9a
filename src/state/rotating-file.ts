import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface RotationOptions {
  /** Bytes after which a new file is begun. */
  readonly size: number;
  /** Older files that are kept beside the current one: `log.ndjson.1` is the youngest. */
  readonly keep: number;
}

/** The older files of a rotated one, from the youngest. */
export const rotatedName = (path: string, age: number): string => (age === 0 ? path : `${path}.${age}`);

/** A file of lines (0600) that never grows beyond `size` × (`keep` + 1) bytes. A line is written when `write` returns. */
export class RotatingFile {
  #descriptor: number;
  #size: number;

  constructor(
    private readonly path: string,
    private readonly options: RotationOptions,
  ) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#descriptor = openSync(path, 'a', 0o600);
    this.#size = fstatSync(this.#descriptor).size;
  }

  write(line: string): void {
    const bytes = Buffer.from(line, 'utf8');
    if (this.#size > 0 && this.#size + bytes.length > this.options.size) this.#rotate();
    for (let written = 0; written < bytes.length;) written += writeSync(this.#descriptor, bytes, written);
    this.#size += bytes.length;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #rotate(): void {
    const { keep } = this.options;
    rmSync(rotatedName(this.path, keep), { force: true });
    for (let age = keep - 1; age >= 0; age -= 1) renameIfThere(rotatedName(this.path, age), rotatedName(this.path, age + 1));
    if (keep === 0) rmSync(this.path, { force: true });
    const next = openSync(this.path, 'a', 0o600);
    closeSync(this.#descriptor);
    this.#descriptor = next;
    this.#size = 0;
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
