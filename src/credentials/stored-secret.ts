import { z } from 'zod';

const shape = z.strictObject({ etl: z.literal(1), endpoint: z.string().length(64), secret: z.string().min(1) });

/** What a store keeps for an account: the value and the digest of the endpoint that it is for. */
export interface StoredSecret {
  readonly endpoint: string;
  readonly secret: string;
}

export const storedText = ({ endpoint, secret }: StoredSecret): string => JSON.stringify({ etl: 1, endpoint, secret });

/** Null for what etl did not write: it is bound to nothing, so it is given to nobody. */
export function parseStored(text: string): StoredSecret | null {
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
