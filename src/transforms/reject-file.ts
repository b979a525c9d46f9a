import { randomUUID } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepReject } from './step.js';

/** Rejects of a stage until it has ended: on disk, so that memory stays flat however many there are. */
export class RejectFile {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  static async open(folder: string): Promise<RejectFile> {
    const path = join(folder, `rejects-${randomUUID()}.ndjson`);
    return new RejectFile(path, await open(path, 'wx+', 0o600));
  }

  async append(rejects: readonly StepReject[]): Promise<void> {
    if (rejects.length > 0) await this.file.appendFile(rejects.map((reject) => `${JSON.stringify(reject)}\n`).join(''));
  }

  /** All that was appended, once; the file is gone afterwards. */
  async *read(): AsyncGenerator<StepReject> {
    try {
      for await (const line of this.file.readLines({ start: 0, autoClose: false })) yield JSON.parse(line) as StepReject;
    } finally {
      await this.remove();
    }
  }

  async remove(): Promise<void> {
    await this.file.close();
    await rm(this.path, { force: true });
  }
}
