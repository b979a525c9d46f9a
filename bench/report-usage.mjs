// Loaded into a measured Node process by --import: writes what the process used to the file that BENCH_USAGE names.
import { Module } from 'node:module';
import { writeFileSync } from 'node:fs';

const interval = 50;
const instances = [];
let besideDuckDb = 0;
let duckDbPeak = 0;
let scriptPeak = 0;

/** DuckDB is only watched once the program itself loads it, so that a run without it is measured without it. */
const load = Module._load;
Module._load = function (request, ...others) {
  const loaded = load.call(this, request, ...others);
  if (/@duckdb[/\\]node-api/.test(request) && loaded?.DuckDBInstance && !loaded.DuckDBInstance.watched) watch(loaded.DuckDBInstance);
  return loaded;
};

function watch(DuckDBInstance) {
  DuckDBInstance.watched = true;
  for (const method of ['create', 'fromCache']) {
    const original = DuckDBInstance[method];
    DuckDBInstance[method] = async function (...parameters) {
      const instance = await original.apply(this, parameters);
      const entry = { connection: await instance.connect(), asking: false, closed: false };
      instances.push(entry);
      const closeSync = instance.closeSync;
      instance.closeSync = function () {
        entry.closed = true;
        release(entry);
        return closeSync.call(this);
      };
      return instance;
    };
  }
}

/** Closing a connection while it answers can block for ever, so one that is asked is closed when it has answered. */
function release(entry) {
  if (!entry.closed || entry.asking || !instances.includes(entry)) return;
  instances.splice(instances.indexOf(entry), 1);
  entry.connection.closeSync();
}

async function heldBy(entry) {
  entry.asking = true;
  try {
    const reader = await entry.connection.runAndReadAll('SELECT coalesce(sum(memory_usage_bytes), 0)::BIGINT FROM duckdb_memory()');
    return Number(reader.getRows()[0][0]);
  } catch (error) {
    // The program closed its database meanwhile: what it held was sampled before.
    if (entry.closed) return 0;
    throw error;
  } finally {
    entry.asking = false;
    release(entry);
  }
}

let sampling = false;
async function sample() {
  if (sampling) return;
  sampling = true;
  try {
    let held = 0;
    for (const entry of instances.filter(({ closed }) => !closed)) held += await heldBy(entry);
    duckDbPeak = Math.max(duckDbPeak, held);
    const { rss, heapTotal, external } = process.memoryUsage();
    besideDuckDb = Math.max(besideDuckDb, rss - held);
    scriptPeak = Math.max(scriptPeak, heapTotal + external);
  } finally {
    sampling = false;
  }
}

const timer = setInterval(() => void sample(), interval).unref();
process.on('exit', () => {
  clearInterval(timer);
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const peak = maxRSS * 1024;
  const usage = { cpu: (userCPUTime + systemCPUTime) / 1e6, peak, besideDuckDb: besideDuckDb || peak - duckDbPeak, duckDbPeak, scriptPeak };
  if (process.env.BENCH_USAGE) writeFileSync(process.env.BENCH_USAGE, JSON.stringify(usage));
});
