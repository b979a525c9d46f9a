/** What a run tells while it works; the terminal draws it. */
export type ProgressEvent =
  | {
      readonly type: 'dataset';
      readonly dataset: string;
      readonly phase: 'extract' | 'transform' | 'load';
      /** Rows so far in this phase. */
      readonly rows: number;
      /** Bytes of the source so far, where they are known. */
      readonly bytes?: number;
      readonly expectRows?: number;
      readonly expectBytes?: number;
      readonly done: boolean;
    }
  | { readonly type: 'message'; readonly level: 'info' | 'warn'; readonly text: string };

export type Progress = (event: ProgressEvent) => void;
