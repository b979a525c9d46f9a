import type { Connection, FieldPacket } from 'mysql2';

export interface PreparedStatement {
  /** Its number on the server. */
  readonly id: number;
  /** Of its answer. */
  readonly columns: readonly FieldPacket[];
  close(): void;
}

/** Prepares a statement in this session; one that was prepared before is that. Fails with the native error. */
export const prepareStatement = (connection: Connection, sql: string): Promise<PreparedStatement> =>
  new Promise((resolve, reject) => {
    connection.prepare(sql, (error, statement) => {
      if (error === null) resolve(statementOf(statement));
      else reject(error);
    });
  });

/** The driver's types leave out what its statements have. */
function statementOf(statement: { close(): void }): PreparedStatement {
  const { id, columns } = statement as unknown as Pick<PreparedStatement, 'id' | 'columns'>;
  return { id, columns, close: () => statement.close() };
}
