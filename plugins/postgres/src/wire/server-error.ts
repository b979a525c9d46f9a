/** What the server says of an error; its `message`, `detail` and `where` may quote values of rows. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  /** SQLSTATE, five characters. */
  readonly code: string;
  readonly severity: string;
  readonly detail: string | null;
  readonly hint: string | null;
  readonly where: string | null;
  readonly schema: string | null;
  readonly table: string | null;
  readonly column: string | null;
  readonly constraint: string | null;
  readonly dataType: string | null;
  /** Character of the statement, from 1. */
  readonly position: number | null;
  /** The transaction behind it, once the server is ready again: `I` none, `T` open, `E` failed. */
  status: 'I' | 'T' | 'E' | null = null;

  constructor(fields: ReadonlyMap<string, string>) {
    super(fields.get('M') ?? 'The server failed');
    const field = (name: string): string | null => fields.get(name) ?? null;
    this.code = fields.get('C') ?? 'XX000';
    this.severity = fields.get('V') ?? fields.get('S') ?? 'ERROR';
    this.detail = field('D');
    this.hint = field('H');
    this.where = field('W');
    this.schema = field('s');
    this.table = field('t');
    this.column = field('c');
    this.constraint = field('n');
    this.dataType = field('d');
    const position = field('P');
    this.position = position === null ? null : Number(position);
  }

  /** Reads the body of an error message. */
  static read(body: Buffer): ServerError {
    const fields = new Map<string, string>();
    let at = 0;
    while (at < body.length && body[at] !== 0) {
      const end = body.indexOf(0, at + 1);
      fields.set(String.fromCharCode(body[at] ?? 0), body.toString('utf8', at + 1, end));
      at = end + 1;
    }
    return new ServerError(fields);
  }
}
