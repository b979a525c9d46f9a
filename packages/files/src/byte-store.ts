/** What a store tells of one file. `version` changes whenever the content may have changed, and stays when the file is renamed where the store can tell. */
export interface FileStat {
  /** From the root of the store, with `/`. */
  readonly path: string;
  readonly size: number;
  /** Last change, as precise as the store knows it. */
  readonly modified: string;
  /** Inode, entity tag or the like: tells one file of a path from the next. */
  readonly version: string;
}

/** Bytes in order, pulled. */
export interface ByteReader {
  /** Fills `into` from its start and answers how many bytes; 0: the end. Not to be called again before it has answered. */
  read(into: Uint8Array): Promise<number>;
  /** Frees what was opened, also in the middle; may be called twice. */
  close(): Promise<void>;
}

/** A file that is being written beside its target, not visible under the target's name. */
export interface StagedFile {
  /** Bytes written. */
  readonly length: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Begins with the first `length` bytes of the file at its target path, cheaply where the store can. Only while nothing is written. */
  copyTarget(length: number): Promise<void>;
  /** Up to `size` of the last bytes. */
  tail(size: number): Promise<Uint8Array>;
  /** Everything written is durable; answers the length. */
  sync(): Promise<number>;
  /** As `stat` answers it after `publish`. */
  stat(): Promise<FileStat>;
  /** Becomes the file of its target path: atomic for readers, durable when it returns. */
  publish(): Promise<void>;
  /** Frees what is open; what was written stays and can be continued. */
  close(): Promise<void>;
  discard(): Promise<void>;
}

export interface StageOptions {
  /** Tells the stages of one path apart: a new one for every begin, so that a run that was taken over cannot write into the file of the next. */
  readonly key: string;
  /** Begin with the first bytes of another stage, which stays as it is. Throws STAGING_LOST where there are fewer bytes. */
  readonly adopt?: { readonly key: string; readonly length: number };
  /** Take over what another writer put at `local.stagePath`, all of it. */
  readonly keep?: true;
}

/** Where files lie: a folder of this machine, an SFTP server, a bucket. Paths are relative to its root, with `/`, and never leave it. */
export interface ByteStore {
  /** How messages call it, such as a folder's path. */
  readonly name: string;
  /** All files under a folder ('' is the root), in no order, without stages. A folder that does not exist has none. */
  list(folder: string): AsyncIterable<FileStat>;
  /** null: there is no such file. */
  stat(path: string): Promise<FileStat | null>;
  /** Throws NOT_FOUND, PERMISSION_DENIED. */
  open(path: string, from?: number): Promise<ByteReader>;
  /** Folders are created. Throws PERMISSION_DENIED, DISK_FULL. */
  stage(path: string, options: StageOptions): Promise<StagedFile>;
  /** Removes what was staged under this key, if anything was. */
  unstage(path: string, key: string): Promise<void>;
  /** Removes a file; nothing happens where there is none. */
  remove(path: string): Promise<void>;
  /** The path of a file on this machine, for what can read only such; absent: the store is elsewhere. */
  readonly local?: {
    path(path: string): string;
    /** Where `stage` with this key writes: a writer of its own fills it, then `stage` with `keep` takes it over. */
    stagePath(path: string, key: string): Promise<string>;
  };
}
