import type { Connection } from 'mysql2';

/** Says goodbye and waits until the connection is gone, but not for a server that does not answer. */
export function hangUp(connection: Connection): Promise<void> {
  return new Promise((resolve) => {
    const { stream } = connection as unknown as { readonly stream: NodeJS.EventEmitter & { destroy(): void; readonly destroyed: boolean } };
    if (stream.destroyed) {
      resolve();
      return;
    }
    const timer = setTimeout(() => stream.destroy(), 2000);
    stream.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    try {
      connection.end(() => stream.destroy());
    } catch {
      stream.destroy();
    }
  });
}
