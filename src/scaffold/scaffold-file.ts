/** A file that is to be written: its path from the project's root, with slashes. */
export interface ScaffoldFile {
  readonly path: string;
  readonly content: string;
  /** Written over what is there without asking: made by etl, or an existing file with an addition. */
  readonly replaces?: boolean;
}
