import type { RejectSink } from '../engine/lane.js';
import type { Redactor, RunRecord } from '../state/index.js';

/** The record with secrets hidden wherever a server, a connector or a person may have written one; counts and cursors are data. */
export function redactedRecord(record: RunRecord, redactor: Redactor): RunRecord {
  const { params, warnings, error } = record;
  const hide = (text: string): string => redactor.text(text);
  return {
    ...record,
    params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value === null ? null : hide(value)])),
    warnings: warnings.map(hide),
    error: error && { ...error, message: hide(error.message), hint: error.hint === null ? null : hide(error.hint) },
  };
}

/** Rejects whose reasons hide secrets: a server may quote its login. The row itself stays as it is, since it is loaded again from there. */
export const redactedRejects = (sink: RejectSink, redactor: Redactor): RejectSink => ({
  append: (rejects) => sink.append(rejects.map((reject) => ({ ...reject, reason: redactor.text(reject.reason) }))),
  sync: () => sink.sync(),
  truncate: (offset) => sink.truncate(offset),
  close: () => sink.close(),
});
