import { isEtlError, type PartWriter, type Place } from '@etl/sdk';
import type { EngineTarget } from './engine-job.js';

/** Where an error of a target belongs: to its connection, and to the dataset that it was given. */
export const placeOf = (entry: EngineTarget & { readonly dataset?: string }): Place => ({
  connection: entry.connectionName,
  ...(entry.dataset !== undefined && { dataset: entry.dataset }),
});

/** Work of a target: its errors say where they belong. */
export const atTarget = async <T>(place: Place, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw isEtlError(error) ? error.at(place) : error;
  }
};

/** A writer whose errors say where they belong: in a lane they would be taken for those of the source. */
export function writerAt(place: Place, writer: PartWriter): PartWriter {
  return {
    after: writer.after,
    ...(writer.saveBytes !== undefined && { saveBytes: writer.saveBytes }),
    ...(writer.writeParquet !== undefined && { writeParquet: (file) => atTarget(place, async () => writer.writeParquet?.(file)) }),
    write: (batch, release) => atTarget(place, () => writer.write(batch, release)),
    flush: () => atTarget(place, () => writer.flush()),
    save: (mark) => atTarget(place, () => writer.save(mark)),
    close: () => atTarget(place, () => writer.close()),
  };
}
