// Bundles the command line into dist/: one entry, one chunk for each command that is loaded on demand, nothing to install.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

// Yeoman's stack has CommonJS parts that expect what a module of that kind is given.
const commonJs = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { fileURLToPath as __fileURLToPath } from 'node:url';",
  "import { dirname as __pathDirname } from 'node:path';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = __fileURLToPath(import.meta.url);',
  'const __dirname = __pathDirname(__filename);',
].join('\n');

// What Yeoman brings for things this command never does, and that would be more than half of its code: it installs
// generators from a registry, and opens an editor at a prompt.
const UNREACHED = /^(@npmcli\/arborist|@inquirer\/external-editor)$/;
const withoutUnreached = {
  name: 'without-unreached',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: UNREACHED }, ({ path }) => ({ path, namespace: 'unreached' }));
    onLoad({ filter: /.*/, namespace: 'unreached' }, ({ path }) => ({
      contents: `module.exports = () => { throw new Error('${path} is not part of this bundle'); };`,
    }));
  },
};

// Yeoman asks its own package.json for its version at run time; in a bundle that would be ours.
const withVersion = {
  name: 'with-version',
  setup({ onLoad }) {
    onLoad({ filter: /yeoman-environment[\\/]dist[\\/]environment-base\.js$/ }, ({ path }) => {
      const asked = "require('../package.json').version";
      const text = readFileSync(path, 'utf8');
      if (!text.includes(asked)) throw new Error(`${path} asks for its version in another way now`);
      const { version } = JSON.parse(readFileSync(join(dirname(path), '..', 'package.json'), 'utf8'));
      return { contents: text.replace(asked, JSON.stringify(version)) };
    });
  },
};

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
const result = await build({
  absWorkingDir: root,
  entryPoints: ['bin/create-ml-serving.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  keepNames: true,
  legalComments: 'linked',
  // Its main entry looks its parts up in a way that no bundler sees.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  plugins: [withoutUnreached, withVersion],
  banner: { js: commonJs },
  metafile: true,
  logLevel: 'warning',
});
const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
console.log(`dist: ${Object.keys(result.metafile.outputs).length} files, ${(bytes / 1e6).toFixed(2)} MB`);
