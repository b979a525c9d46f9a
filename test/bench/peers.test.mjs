import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chosenPeers, peerNames } from '../../bench/peers/chosen-peers.mjs';
import { peerContenders } from '../../bench/peers/peer-contenders.mjs';
import { providePackages } from '../../bench/peers/provide-packages.mjs';
import { selected } from '../../bench/peers/singer-peer.mjs';
import { differences } from '../../bench/peers/written-rows.mjs';
import { summarise } from '../../bench/summary.mjs';

describe('the peers of a benchmark', () => {
  let folder;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'etl-peers-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('take part only where they are asked for, and one that there is not is refused', () => {
    expect(chosenPeers({})).toEqual([]);
    expect(chosenPeers({ peers: true })).toEqual(peerNames);
    expect(chosenPeers({ peer: ['sling', 'dlt', 'sling'] })).toEqual(['dlt', 'sling']);
    expect(() => chosenPeers({ peers: true, peer: ['slang'] })).toThrow("There is no peer 'slang'.");
  });

  it('are installed once, and anew where a version was changed', async () => {
    const commands = [];
    const run = async (program, parameters) => {
      commands.push([program, ...parameters].join(' '));
      mkdirSync(join(folder, 'one'), { recursive: true });
      return { code: 0, output: '' };
    };
    const provide = (packages) => providePackages('one', { folder, packages, run });
    await provide(['a==1']);
    await provide(['a==1']);
    expect(commands).toHaveLength(2);
    expect(commands.at(-1)).toContain('pip install --quiet a==1');
    await provide(['a==2']);
    expect(commands).toHaveLength(4);
  });

  it('are not taken for installed after an installation that failed', async () => {
    const run = async () => ({ code: 1, output: 'Collecting a\nERROR: No matching distribution found\n' });
    await expect(providePackages('one', { folder, packages: ['a==9'], run })).rejects.toThrow('ERROR: No matching distribution found');
    expect(existsSync(join(folder, 'one/packages.json'))).toBe(false);
  });

  it('are left out with the reason, while the others take part without telemetry', async () => {
    const place = { folder, kind: 'csv', server: { user: 'u', password: 'p', port: 1, sql: async () => '' }, table: 't', rows: 5 };
    const make = {
      dlt: async () => {
        throw new Error('no network');
      },
      ingestr: async ({ target, schema }) => [{ name: 'ingestr', command: [target, schema], variables: { OWN: '1' } }],
    };
    let said = '';
    const contenders = await peerContenders(['dlt', 'ingestr'], place, { make, say: (text) => (said += text) });
    expect(said).toBe('LEFT OUT dlt: no network\n');
    expect(contenders).toMatchObject([
      { command: ['postgresql://u:p@127.0.0.1:1/postgres', 'peer'], rounds: 1, isPeer: true, variables: { OWN: '1', DO_NOT_TRACK: '1' } },
    ]);
  });

  it('are told what they lost, changed and bent', () => {
    expect(differences({ rows: [5, 5], missing: [], changed: [], retyped: [] })).toBe('same');
    expect(differences({ rows: [5000, 4999], missing: ['c'], changed: ['a', 'b'], retyped: ['d double precision'] })).toBe(
      '4,999 rows instead of 5,000; without c; other values in a, b; other types: d double precision',
    );
  });

  it('with fewer rows are compared by the time for each row', () => {
    const runs = new Map([
      ['psql', [{ wall: 2 }]],
      ['Singer', [{ wall: 3, found: 'same' }]],
    ]);
    const contenders = [{ name: 'psql' }, { name: 'Singer', rows: 100 }];
    const result = summarise({ name: 'move', title: 'Move', rows: 1000, reference: 'psql', contenders }, runs);
    expect(result.contenders[1]).toMatchObject({ ratio: 15, rows: 100, rowsPerSecond: 33, found: 'same' });
    expect(result.contenders[0]).not.toHaveProperty('rows');
  });

  it('of Singer read one whole table of those that were found', () => {
    const entry = { breadcrumb: [], metadata: { 'database-name': 'bench' } };
    const column = { breadcrumb: ['properties', 'a'], metadata: {} };
    const streams = [
      { table_name: 'other', metadata: [] },
      { table_name: 'few', metadata: [entry, column] },
    ];
    expect(selected({ streams }, 'few').streams).toEqual([
      {
        table_name: 'few',
        metadata: [{ ...entry, metadata: { 'database-name': 'bench', selected: true, 'replication-method': 'FULL_TABLE' } }, column],
      },
    ]);
  });
});
