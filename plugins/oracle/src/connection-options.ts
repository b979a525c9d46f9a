import { secretOption } from '@etl/sdk';
import { sshOptions } from '@etl/sql';
import { z } from 'zod';

const file = (meaning: string): z.ZodOptional<z.ZodString> => z.string().min(1).optional().describe(meaning);
/** Part of a connect descriptor: brackets would end it. */
const word = (pattern: string): z.ZodString =>
  z
    .string()
    .min(1)
    .regex(/^[^()='"\s]+$/, `write ${pattern}`);

const tlsOptions = z.strictObject({
  ca: file('File in PEM with the authorities that may have signed the certificate of the server; default: those of Node'),
  cert: file('File in PEM with the certificate of this client, where the server wants one'),
  key: file('File in PEM with the key of that certificate'),
  wallet: file('Folder with ewallet.pem, instead of ca, cert and key'),
  wallet_password: secretOption().optional().describe('Password of the wallet'),
  verify_name: z.boolean().default(true).describe('Compare the name of the server with that of its certificate'),
  server_dn: z.string().min(1).optional().describe('The whole name that the certificate of the server must have'),
});

export const connectionOptions = z
  .strictObject({
    host: word('the name or address of the server').optional().describe('Name or address of the server').meta({ endpoint: true }),
    port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('Port of the listener; default: 1521, with tls 2484')
      .meta({ endpoint: true }),
    service: word('the name of the service').optional().describe('Name of the service, such as FREEPDB1').meta({ endpoint: true }),
    sid: word('the SID').optional().describe('SID of the instance, where it has no service').meta({ endpoint: true }),
    connect_string: z
      .string()
      .min(1)
      .optional()
      .describe('Instead of host and service: EZConnect (host:1521/service), a descriptor, or a name of tnsnames.ora')
      .meta({ endpoint: true }),
    config_dir: z.string().min(1).optional().describe('Folder with tnsnames.ora').meta({ endpoint: true }),
    user: z.string().min(1).describe('User to sign in as').meta({ endpoint: true }),
    password: secretOption().optional().describe('Password of the user'),
    schema: z.string().min(1).optional().describe('Schema of tables that are named without one; default: that of the user'),
    tls: z
      .union([z.boolean(), tlsOptions])
      .default(false)
      .describe('Encrypt the connection (TCPS). An object names ca, cert, key or a wallet')
      .meta({ endpoint: true }),
    ssh: sshOptions.optional(),
    connect_timeout: z.number().positive().max(3600).default(10).describe('Seconds until a server that does not answer is out of reach'),
    lock_timeout: z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .default(50)
      .describe('Seconds that definitions wait for a table that another session holds'),
    session: z
      .record(z.string().regex(/^[a-z]\w*$/i, 'write the name of a session parameter'), z.union([z.string(), z.number()]))
      .default({})
      .describe('Session parameters to set, such as optimizer_mode; those that the values depend on stay as they are'),
    sessions: z.number().int().min(1).max(64).default(8).describe('The most sessions that are kept open'),
  })
  .refine(({ host, connect_string: whole }) => (host === undefined) !== (whole === undefined), 'name either host or connect_string')
  .refine(({ host, service, sid }) => host === undefined || (service === undefined) !== (sid === undefined), 'name either service or sid')
  .refine(
    ({ connect_string: whole, service, sid, port }) => whole === undefined || (service ?? sid ?? port) === undefined,
    'connect_string names port and service itself',
  )
  .refine(
    ({ ssh, host }) => ssh === undefined || host !== undefined,
    'ssh leads to a host: name host and service instead of connect_string',
  )
  .refine(
    ({ ssh, tls }) => ssh === undefined || tls === false || (tls !== true && (tls.server_dn !== undefined || !tls.verify_name)),
    'behind ssh the name of the server cannot be compared: write tls: { server_dn: ... }, or verify_name: false',
  );

export type ConnectionOptions = z.infer<typeof connectionOptions>;
export type TlsOptions = z.infer<typeof tlsOptions>;
