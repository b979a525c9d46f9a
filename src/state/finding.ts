/** What one check of `etl doctor` found. */
export interface Finding {
  /** What was looked at. */
  readonly check: string;
  /** `notice`: works, but somebody should know; `problem`: something does not work. */
  readonly status: 'ok' | 'notice' | 'problem';
  readonly detail: string;
  /** What to do; null where all is well. */
  readonly cure: string | null;
}

export const ok = (check: string, detail: string): Finding => ({ check, status: 'ok', detail, cure: null });
export const notice = (check: string, detail: string, cure: string): Finding => ({ check, status: 'notice', detail, cure });
export const problem = (check: string, detail: string, cure: string): Finding => ({ check, status: 'problem', detail, cure });
