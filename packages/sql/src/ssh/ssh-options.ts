import { secretOption } from '@etl/sdk';
import { z } from 'zod';

/** How to get to a server that only another machine reaches: the option `ssh` of a connection. */
export const sshOptions = z
  .strictObject({
    host: z.string().min(1).describe('Name or address of the SSH server').meta({ endpoint: true }),
    port: z.number().int().min(1).max(65_535).default(22).describe('Port of the SSH server').meta({ endpoint: true }),
    user: z.string().min(1).describe('User to sign in as').meta({ endpoint: true }),
    password: secretOption().optional().describe('Password of the user'),
    key: z.string().min(1).optional().describe('File with the private key'),
    agent: z.string().min(1).optional().describe('Socket of an SSH agent whose keys may be used: ${SSH_AUTH_SOCK}'),
    passphrase: secretOption().optional().describe('Passphrase of the key'),
    host_key: z
      .string()
      .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'write the fingerprint as ssh-keygen -lf shows it: SHA256:…')
      .optional()
      .describe('Fingerprint that the key of the server must have; default: the server must be in known_hosts')
      .meta({ endpoint: true }),
    known_hosts: z.string().min(1).default('~/.ssh/known_hosts').describe('File with the keys of known servers'),
    connect_timeout: z.number().positive().max(3600).default(10).describe('Seconds until a server that does not answer is out of reach'),
  })
  .describe('Reach the server through an SSH server; host and port are then as seen from there');

export type SshOptions = z.infer<typeof sshOptions>;
