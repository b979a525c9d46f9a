import { postgres18 } from '@etl/testkit';
import { serveVersion } from './postgres-harness.js';

/** The same tests as against the PostgreSQL of the machine, against another version. */
serveVersion(postgres18);
await import('./contract.postgres.test.js');
await import('./every-type.postgres.test.js');
await import('./extract.postgres.test.js');
