/** What a stored secret belongs to. */
export interface CredentialAddress {
  /** Name of the project. */
  readonly project: string;
  /** Overlay of etl.yaml; null: none. */
  readonly environment: string | null;
  readonly connection: string;
  /** As `{ secret: field }` names it. */
  readonly field: string;
}

/** The one text that stands for an address in every store. None of the names can hold a slash. */
export const accountOf = ({ project, environment, connection, field }: CredentialAddress): string =>
  [project, environment ?? '', connection, field].join('/');

/** The command that stores this secret. */
export const setCommand = ({ environment, connection, field }: Omit<CredentialAddress, 'project'>): string =>
  `etl credentials set ${connection} ${field}${environment === null ? '' : ` --env ${environment}`}`;
