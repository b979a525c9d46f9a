import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { nativeCode, Secret, type EtlError } from '@etl/sdk';
import { startSsh, type SshServer } from '@etl/testkit';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sshOptions, type SshOptions } from '../src/ssh/ssh-options.js';
import { sshTunnel, type SshTunnel } from '../src/ssh/ssh-tunnel.js';

let ssh: SshServer;
let echo: Server;
let folder: string;
const tunnels: SshTunnel[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etl-tunnel-'));
  ssh = await startSsh();
  await writeFile(join(folder, 'known_hosts'), `[127.0.0.1]:${ssh.port} ${ssh.hostKey}\n`);
  echo = createServer((socket) => socket.on('error', () => socket.destroy()).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
});

afterEach(async () => {
  for (const tunnel of tunnels.splice(0)) await tunnel.close();
});

afterAll(async () => {
  await ssh.remove();
  echo.close();
  await rm(folder, { recursive: true });
});

const open = (more: Partial<SshOptions> = {}): SshTunnel => {
  const { host, port, user, key } = ssh;
  const tunnel = sshTunnel({ ...sshOptions.parse({ host, port, user, key, known_hosts: 'known_hosts' }), ...more }, folder);
  tunnels.push(tunnel);
  return tunnel;
};

const target = () => ({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port });

/** Sends bytes and waits until all of them came back. */
async function roundTrip({ host, port }: { host: string; port: number }, bytes: Buffer): Promise<Buffer> {
  const socket = connect(port, host);
  socket.end(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const refusal = async (work: Promise<unknown>): Promise<EtlError> =>
  work.then(
    () => {
      throw new Error('it worked');
    },
    (error: unknown) => error as EtlError,
  );

describe('a tunnel through a real SSH server', () => {
  it('carries bytes both ways, many connections at a time, on one port of loopback', async () => {
    const tunnel = open();
    const led = await tunnel.lead(target());
    expect(led.host).toBe('127.0.0.1');
    expect(await tunnel.lead(target())).toEqual(led);
    const sent = Array.from({ length: 8 }, (_, n) => Buffer.alloc(1_000_000, n));
    const back = await Promise.all(sent.map((bytes) => roundTrip(led, bytes)));
    expect(back.every((bytes, n) => bytes.equals(sent[n] ?? Buffer.alloc(0)))).toBe(true);
  });

  it('signs in with a key that has a passphrase, and says what is missing without it', async () => {
    expect(await open({ key: ssh.lockedKey, passphrase: new Secret('open sesame') }).check()).toContain('SHA256:');
    const error = await refusal(open({ key: ssh.lockedKey }).check());
    expect(error).toMatchObject({ code: 'CREDENTIAL_MISSING' });
    expect(error.hint).toContain('ssh.passphrase');
  });

  it('refuses a server that is not known, and names its fingerprint; takes it where that is pinned', async () => {
    const error = await refusal(open({ known_hosts: 'nobody' }).check());
    expect(error).toMatchObject({ code: 'AUTH_FAILED' });
    const [fingerprint = ''] = /SHA256:[A-Za-z0-9+/]{43}/.exec(error.message) ?? [];
    expect(await open({ known_hosts: 'nobody', host_key: fingerprint }).check()).toContain(fingerprint);
    expect(await refusal(open({ host_key: `SHA256:${'A'.repeat(43)}` }).check())).toMatchObject({
      code: 'AUTH_FAILED',
      hint: expect.stringContaining('Somebody may be between'),
    });
  });

  it('says who cannot sign in, who is not there, and who speaks something else', async () => {
    expect(await refusal(open({ user: 'nobody-of-this-name' }).check())).toMatchObject({ code: 'AUTH_FAILED' });
    expect(await refusal(open({ key: 'no-key' }).check())).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal(open({ port: 1 }).check())).toMatchObject({ code: 'UNREACHABLE' });
    const rude = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
    await once(rude, 'listening');
    expect(await refusal(open({ port: (rude.address() as AddressInfo).port }).check())).toMatchObject({ code: 'UNREACHABLE' });
    rude.close();
  });

  it('cuts the connection where nobody is behind it, and lets others live', async () => {
    const tunnel = open();
    const led = await tunnel.lead({ host: '127.0.0.1', port: 1 });
    expect(await roundTrip(led, Buffer.from('anybody?')).catch(() => Buffer.from('cut'))).not.toEqual(Buffer.from('anybody?'));
    expect(await roundTrip(await tunnel.lead(target()), Buffer.from('yes'))).toEqual(Buffer.from('yes'));
  });

  it('cuts connections when the SSH server dies, and signs in anew for the next one', async () => {
    const led = await open().lead(target());
    const socket = connect(led.port, led.host);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('hello');
    await once(socket, 'data');
    const cut = once(socket, 'close');
    await ssh.kill();
    await Promise.race([cut, new Promise((done) => setTimeout(done, 2000))]);
    // Sessions of sshd outlive their master; the tunnel itself must end them
    socket.destroy();
    await ssh.start();
    expect(await roundTrip(led, Buffer.from('again'))).toEqual(Buffer.from('again'));
  });

  it('leaves nothing behind when it is closed', async () => {
    const tunnel = open();
    const led = await tunnel.lead(target());
    await tunnel.close();
    expect(await roundTrip(led, Buffer.from('x')).catch((error: unknown) => nativeCode(error))).toBe('ECONNREFUSED');
  });
});
