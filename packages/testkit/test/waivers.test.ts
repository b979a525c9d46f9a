import { describe, expect, it } from '@jest/globals';
import { describeContract, recordContract, type RecordedTest, type Waivers } from '@etl/testkit';

const run = (waivers: Waivers): Promise<RecordedTest[]> =>
  recordContract((api) =>
    describeContract(api, {
      title: 'contract',
      tests: {
        'holds what it can': async () => undefined,
        'holds what it cannot': async () => {
          throw new Error('lost');
        },
      },
      world: async () => ({ close: async () => undefined }),
      waivers,
    }),
  );

const failures = (tests: readonly RecordedTest[]): (string | null)[] => tests.map(({ error }) => error);

describe('a waiver', () => {
  it('turns a test that fails into one that passes, and shows its reason', async () => {
    const tests = await run({ 'holds what it cannot': 'the target has no such type' });
    expect(failures(tests)).toEqual([null, null, null]);
    expect(tests[1]?.name).toBe('holds what it cannot (waived: the target has no such type)');
  });

  it('fails when it is stale: the test passes after all', async () => {
    const tests = await run({ 'holds what it can': 'not yet', 'holds what it cannot': 'never' });
    expect(failures(tests)).toEqual(["Stale waiver: 'holds what it can' passes", null, null]);
  });

  it('fails when it names no test, or gives no reason', async () => {
    expect((await run({ 'holds anything': 'typo' })).at(-1)?.error).toBe("There is no test 'holds anything' to waive");
    expect((await run({ 'holds what it cannot': ' ' })).at(-1)?.error).toBe("The waiver of 'holds what it cannot' gives no reason");
  });

  it('is not needed by a test that passes, and its absence does not hide one that fails', async () => {
    expect(failures(await run({}))).toEqual([null, 'lost', null]);
  });
});

describe('a world', () => {
  it('is closed after its test, and a test that fails is not hidden by a world that cannot be closed', async () => {
    const closed: string[] = [];
    const tests = await recordContract((api) =>
      describeContract(api, {
        title: 'contract',
        tests: {
          passes: async () => undefined,
          fails: async () => {
            throw new Error('the test');
          },
        },
        world: async () => ({
          async close() {
            closed.push('closed');
            if (closed.length === 2) throw new Error('closing');
          },
        }),
      }),
    );
    expect(failures(tests)).toEqual([null, 'the test', null]);
    expect(closed).toHaveLength(2);
  });
});
