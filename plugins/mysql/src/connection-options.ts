import { secretOption } from '@etl/sdk';
import { sshOptions } from '@etl/sql';
import { z } from 'zod';

const file = (meaning: string): z.ZodOptional<z.ZodString> => z.string().min(1).optional().describe(meaning);

const tlsOptions = z.strictObject({
  ca: file('File in PEM with the authorities that may have signed the certificate of the server; default: those of Node'),
  cert: file('File in PEM with the certificate of this client, where the server wants one'),
  key: file('File in PEM with the key of that certificate'),
  passphrase: secretOption().optional().describe('Passphrase of the key'),
  verify: z
    .boolean()
    .default(true)
    .describe('Verify the certificate and the name of the server; false: anybody on the way may be the server'),
});

export const connectionOptions = z
  .strictObject({
    host: z.string().min(1).optional().describe('Name or address of the server').meta({ endpoint: true }),
    port: z.number().int().min(1).max(65_535).optional().describe('Port of the server; default: 3306').meta({ endpoint: true }),
    socket: z.string().min(1).optional().describe('Socket file of a server on this machine, instead of a host').meta({ endpoint: true }),
    url: z
      .string()
      .regex(/^(mysql|mariadb):\/\//, 'write mysql://user@host:3306/database')
      .optional()
      .describe('The same as one URL, without a password: mysql://user@host:3306/database')
      .meta({ endpoint: true }),
    database: z.string().min(1).optional().describe('Database of tables that are named without one'),
    user: z.string().min(1).optional().describe('User to sign in as').meta({ endpoint: true }),
    password: secretOption().optional().describe('Password of the user'),
    tls: z
      .union([z.boolean(), tlsOptions])
      .optional()
      .describe('Encrypt the connection; default: true, but for this machine itself. An object names ca, cert, key')
      .meta({ endpoint: true }),
    server_public_key: file('File in PEM with the public key of the server: lets caching_sha2_password sign in without TLS').meta({
      endpoint: true,
    }),
    ssh: sshOptions.optional(),
    connect_timeout: z.number().positive().max(3600).default(10).describe('Seconds until a server that does not answer is out of reach'),
    lock_timeout: z
      .number()
      .int()
      .positive()
      .max(86_400)
      .default(50)
      .describe('Seconds to wait for a row or table that another session holds'),
    session: z
      .record(z.string().regex(/^[a-z]\w*$/i, 'write the name of a session variable'), z.union([z.string(), z.number(), z.boolean()]))
      .default({})
      .describe('Session variables to set, such as max_statement_time; those that the values depend on stay as they are'),
    sessions: z.number().int().min(1).max(64).default(8).describe('The most sessions that are kept open'),
    tinyint1: z.enum(['boolean', 'integer']).default('boolean').describe('How TINYINT(1) is read'),
    time: z.enum(['time', 'text']).default('time').describe('How TIME is read: as a time of day, or as text where it holds durations'),
    zero_dates: z
      .enum(['refuse', 'null'])
      .default('refuse')
      .describe('What becomes of dates such as 0000-00-00, which no other database has: the read ends, or they are null'),
    bulk: z
      .enum(['auto', 'load', 'insert'])
      .default('auto')
      .describe(
        'How rows are written: to MariaDB as arrays of an INSERT, else by LOAD DATA LOCAL, and by plain INSERT where the server forbids that (local_infile = 0). load: never as arrays; insert: always by plain INSERT',
      ),
  })
  .refine(
    ({ host, socket, url }) => [host, socket, url].filter((one) => one !== undefined).length === 1,
    'name one of host, socket and url',
  )
  .refine(({ socket, ssh }) => socket === undefined || ssh === undefined, 'a socket is on this machine, ssh leads to another')
  .refine(({ url, user }) => url !== undefined || user !== undefined, 'name the user')
  .refine(({ url, database }) => url !== undefined || database !== undefined, 'name the database');

export type ConnectionOptions = z.infer<typeof connectionOptions>;
