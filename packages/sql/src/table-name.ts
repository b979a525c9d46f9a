/** A table by its schema (in MySQL its database, in Oracle its owner) and name, both exactly as the server keeps them. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}
