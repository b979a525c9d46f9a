export * from './byte-store.js';
export * from './csv-format.js';
export * from './csv-options.js';
export * from './format.js';
export * from './local-store.js';
export * from './source-file.js';
