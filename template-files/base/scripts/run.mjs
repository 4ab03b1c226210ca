/**
 * `node scripts/run.mjs <module below dist, without .js> [arguments]`: builds when needed, then runs the module in this very
 * process, so that signals and exit codes are the module's own.
 */
import { buildIfStale } from './build.mjs';
import { endWithNpm } from './npm-parent.mjs';

const [entry] = process.argv.splice(2, 1);
endWithNpm();
buildIfStale();
await import(new URL(`../dist/${entry}.js`, import.meta.url).href);
