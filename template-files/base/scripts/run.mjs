/**
 * `node scripts/run.mjs <module below dist, without .js> [arguments]`: builds when needed, then runs the module in this very
 * process, so that signals and exit codes are the module's own.
 */
import { buildIfStale } from './build.mjs';

const [entry] = process.argv.splice(2, 1);
endWithNpm();
buildIfStale();
await import(new URL(`../dist/${entry}.js`, import.meta.url).href);

/**
 * npm starts this below a shell. Told to end, npm ends the shell, and the shell does not pass it on: this process would go on
 * serving with nobody to stop it. It notices that its parent has changed, and tells itself. Windows keeps no such parent.
 */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 200);
  watch.unref();
}
