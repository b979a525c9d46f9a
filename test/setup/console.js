import nodeConsole from 'node:console';

// Jest's own console decorates every line, so that JSON on standard output is no longer JSON.
globalThis.console = nodeConsole;
