/** What `etl` alone says: how to begin, in the order in which one does. */
export const welcome = (bin: string, version: string): string => `etl ${version}: extract, transform and load, with every row accounted for

NEW HERE?
  $ ${bin} init demo --template demo --yes    a project to play with: dirty files in, a clean warehouse out
  $ cd demo && ${bin} run --all               run it; a second run loads only what is new

YOUR OWN DATA
  $ ${bin} init                               asks for source and target, and reads the columns for you
  $ ${bin} preview JOB                        the first rows after each step; writes nothing
  $ ${bin} validate && ${bin} test               every mistake at once, then the job's own tests
  $ ${bin} run JOB                            load it

${bin} --help lists all commands.`;
