import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError } from '@etl/sdk';
import { makePrivateFolder, syncFolder } from './durable-file.js';
import { fileError } from './file-error.js';
import { rejectRecord, type RejectedRow, type RejectSource } from './reject-record.js';
import { safeName } from './safe-name.js';

export interface RejectsFile {
  /** Length in bytes: what the next `append` writes behind. */
  readonly offset: number;
  append(rows: readonly RejectedRow[]): Promise<void>;
  /** Everything appended is durable when it returns; answers the offset, to be saved with the rows' mark. */
  sync(): Promise<number>;
  /** Drops what was written behind a saved offset, so that a continued run doubles no reject. Throws STAGING_LOST when the file is shorter. */
  truncate(offset: number): Promise<void>;
  close(): Promise<void>;
}

export interface RejectsRequest extends RejectSource {
  /** The folder of the run. */
  readonly folder: string;
  readonly part: string;
}

/** The folder of a run's rejects. */
export const rejectsFolder = (runFolder: string): string => join(runFolder, 'rejects');

/** Opens the rejects of one dataset and part of a run (0600), behind what is already there. One writer at a time. */
export async function openRejects({ folder, part, ...source }: RejectsRequest): Promise<RejectsFile> {
  const rejects = rejectsFolder(folder);
  await makePrivateFolder(rejects);
  const path = join(rejects, `${safeName(source.dataset)}.${safeName(part)}.ndjson`);
  try {
    const handle = await open(path, 'a+', 0o600);
    await syncFolder(rejects);
    return new AppendedRejects(handle, path, source, (await handle.stat()).size);
  } catch (cause) {
    throw fileError(cause, 'open', path);
  }
}

class AppendedRejects implements RejectsFile {
  constructor(
    private readonly handle: FileHandle,
    private readonly path: string,
    private readonly source: RejectSource,
    private length: number,
  ) {}

  get offset(): number {
    return this.length;
  }

  async append(rows: readonly RejectedRow[]): Promise<void> {
    if (rows.length === 0) return;
    const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(rejectRecord(this.source, row))}\n`).join(''), 'utf8');
    try {
      for (let written = 0; written < bytes.length;) written += (await this.handle.write(bytes, written)).bytesWritten;
    } catch (cause) {
      await this.handle.truncate(this.length).catch(() => undefined); // half a line is also cut off by the next truncate or skipped as torn
      throw fileError(cause, 'write', this.path);
    }
    this.length += bytes.length;
  }

  async sync(): Promise<number> {
    try {
      await this.handle.sync();
    } catch (cause) {
      throw fileError(cause, 'write', this.path);
    }
    return this.length;
  }

  async truncate(offset: number): Promise<void> {
    if (offset > this.length) {
      throw new EtlError(
        'STAGING_LOST',
        `Rejected rows of the unfinished run are missing in ${this.path}: it holds ${this.length} bytes of ${offset}`,
        {
          hint: 'The run has to begin anew, so that every refused row is kept',
          place: { file: this.path, dataset: this.source.dataset },
        },
      );
    }
    try {
      await this.handle.truncate(offset);
    } catch (cause) {
      throw fileError(cause, 'truncate', this.path);
    }
    this.length = offset;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
