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
    port: z.number().int().min(1).max(65_535).optional().describe('Port of the server; default: 5432').meta({ endpoint: true }),
    socket: z
      .string()
      .startsWith('/')
      .optional()
      .describe('Folder of the socket of a server on this machine, instead of a host: /var/run/postgresql')
      .meta({ endpoint: true }),
    url: z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'write postgres://user@host:5432/database')
      .optional()
      .describe('The same as one URL, without a password: postgres://user@host:5432/database')
      .meta({ endpoint: true }),
    database: z.string().min(1).optional().describe('Database'),
    user: z.string().min(1).optional().describe('User to sign in as').meta({ endpoint: true }),
    password: secretOption().optional().describe('Password of the user'),
    schema: z.string().min(1).optional().describe('Schema of tables that are named without one; default: the first of the search path'),
    tls: z
      .union([z.boolean(), tlsOptions])
      .optional()
      .describe('Encrypt the connection; default: true, but for this machine itself. An object names ca, cert, key')
      .meta({ endpoint: true }),
    ssh: sshOptions.optional().describe('An SSH server that reaches the server, where this machine does not').meta({ endpoint: true }),
    connect_timeout: z.number().positive().max(3600).default(10).describe('Seconds until a server that does not answer is out of reach'),
    lock_timeout: z
      .number()
      .nonnegative()
      .max(86_400)
      .default(60)
      .describe('Seconds to wait for a row or table that another session holds; 0: for ever'),
    statement_timeout: z.number().nonnegative().max(604_800).default(0).describe('Seconds that one statement may take; 0: any time'),
    session: z
      .record(z.string().regex(/^[a-z_][\w.]*$/i, 'write the name of a setting'), z.union([z.string(), z.number(), z.boolean()]))
      .default({})
      .describe('Settings of each session, such as work_mem; those that the values depend on stay as they are'),
    sessions: z.number().int().min(1).max(64).default(8).describe('The most sessions that are kept open'),
  })
  .refine(
    ({ host, socket, url }) => [host, socket, url].filter((one) => one !== undefined).length === 1,
    'name one of host, socket and url',
  )
  .refine(({ ssh, socket }) => ssh === undefined || socket === undefined, 'an SSH server leads to a host, not to a socket of this machine')
  .refine(({ url, database }) => url !== undefined || database !== undefined, 'name the database')
  .refine(({ url, user }) => url !== undefined || user !== undefined, 'name the user');

export type ConnectionOptions = z.infer<typeof connectionOptions>;
export type TlsOptions = z.infer<typeof tlsOptions>;
