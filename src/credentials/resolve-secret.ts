import { EtlError, Secret } from '@etl/sdk';

/** The variable that holds a secret where there is no keychain: `ETL_SECRET_SHOP__PASSWORD`. */
export const secretVariable = (connection: string, name: string): string =>
  `ETL_SECRET_${connection.toUpperCase()}__${name.toUpperCase().replaceAll('-', '_')}`;

/** The value of `{ secret: name }` of a connection. Throws CREDENTIAL_MISSING naming the variable. Never reads `.env`. */
export function resolveSecret(connection: string, name: string, variables: NodeJS.ProcessEnv): Secret {
  const variable = secretVariable(connection, name);
  const value = variables[variable];
  if (value !== undefined && value !== '') return new Secret(value);
  const message = `The secret '${name}' of connection ${connection} is not set`;
  throw new EtlError('CREDENTIAL_MISSING', message, {
    place: { connection },
    hint: `Set the variable ${variable} in the environment of this command`,
  });
}
