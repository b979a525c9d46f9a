/** A column of an answer, as the server describes it. */
export interface DescribedColumn {
  readonly name: string;
  /** The table and column that it comes from; 0: it is computed. */
  readonly table: number;
  readonly attribute: number;
  readonly type: number;
  readonly modifier: number;
}

/** Reads the body of a row description. */
export function rowDescription(body: Buffer): readonly DescribedColumn[] {
  const columns: DescribedColumn[] = [];
  let at = 2;
  for (let left = body.readUInt16BE(0); left > 0; left--) {
    const end = body.indexOf(0, at);
    const name = body.toString('utf8', at, end);
    columns.push({
      name,
      table: body.readUInt32BE(end + 1),
      attribute: body.readInt16BE(end + 5),
      type: body.readUInt32BE(end + 7),
      modifier: body.readInt32BE(end + 13),
    });
    at = end + 19;
  }
  return columns;
}

/** Reads the body of a row as texts. */
export function rowTexts(body: Buffer): (string | null)[] {
  const cells: (string | null)[] = [];
  let at = 2;
  for (let left = body.readUInt16BE(0); left > 0; left--) {
    const length = body.readInt32BE(at);
    at += 4;
    cells.push(length < 0 ? null : body.toString('utf8', at, at + length));
    at += Math.max(0, length);
  }
  return cells;
}
