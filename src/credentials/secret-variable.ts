/** The variable that holds a secret: `ETL_SECRET_SHOP__PASSWORD`. */
export const secretVariable = (connection: string, field: string): string =>
  `ETL_SECRET_${connection.toUpperCase()}__${field.toUpperCase().replaceAll('-', '_')}`;

/** The variable that names a file with the secret, as Docker and Kubernetes mount them: `ETL_SECRET_SHOP__PASSWORD_FILE`. */
export const secretFileVariable = (connection: string, field: string): string => `${secretVariable(connection, field)}_FILE`;

/** Whether a program of this environment was started by a build server: then no keychain is touched and nobody is asked. */
export const isContinuousIntegration = ({ CI = '' }: NodeJS.ProcessEnv): boolean => CI !== '' && CI !== 'false' && CI !== '0';
