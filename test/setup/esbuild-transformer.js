import { createHash } from 'node:crypto';
import { transformSync, version } from 'esbuild';

/** Strips the types of one file. Types themselves are checked by `npm run typecheck`. */
export default {
  process(source, path) {
    const { code, map } = transformSync(source, {
      loader: 'ts',
      format: 'esm',
      target: 'node20',
      sourcefile: path,
      sourcemap: 'both',
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    });
    return { code, map };
  },
  getCacheKey: (source, path) => createHash('sha256').update(version).update('\0').update(path).update('\0').update(source).digest('hex'),
};
