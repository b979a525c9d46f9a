import { openDatabase, type Session } from '@etl/columnar';
import { EtlError } from '@etl/sdk';

/** Lends an in-memory session that describes SQL against empty tables. */
export async function withSession<T>(temporary: string, work: (session: Session) => Promise<T>): Promise<T> {
  const database = await openDatabase(':memory:', { temporary });
  try {
    const session = await database.connect();
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  } finally {
    await database.close();
  }
}

const refuse = (): never => {
  throw new EtlError('INTERNAL', 'A job without steps describes no SQL');
};

/** Stands where nothing can be described. */
export const noSession: Session = {
  run: refuse,
  rows: refuse,
  describe: refuse,
  transaction: refuse,
  stream: refuse,
  streamPlaced: refuse,
  append: refuse,
  exportParquet: refuse,
  interrupt: refuse,
  close: refuse,
};
