import { relative, resolve, sep } from 'node:path';
import { readCommandLine } from '../runtime/command-line.js';
import { build, SOURCES, STOPPED } from './build.mjs';
import { createServiceProcess } from './dev/service-process.mjs';
import { watchFiles } from './dev/watch-files.mjs';
import { endWithNpm } from './npm-parent.mjs';

readCommandLine({
  usage: 'npm run dev',
  about:
    'Serves, and starts again after each change of code, model or serving.yaml. A change that does not compile is\n' +
    'reported, and the service goes on as it is. Settings are those of npm start. Ctrl-C ends it.',
  example: 'PORT=9000 npm run dev',
  exitCodes: { 0: 'stopped by Ctrl-C or SIGTERM' },
});

const DATA = ['model', 'public', process.env.SERVING_CONFIG || 'serving.yaml'].map((path) => resolve(path));
const isData = (path) => DATA.some((data) => path === data || path.startsWith(data + sep));
/** Standard output is the service's, which may be JSON. */
const say = (text) => process.stderr.write(`dev: ${text}\n`);

let stopping = false;
let restarts = Promise.resolve();
const service = createServiceProcess((code) => {
  if (!stopping) say(`the service has ended with exit code ${code}; it starts again after the next change`);
});

async function stop() {
  if (stopping) return service.kill();
  stopping = true;
  await service.stop();
  process.exit(0);
}

async function restart(changed) {
  if (stopping) return;
  const [first, ...more] = changed.map((path) => relative('.', path));
  say(`changed: ${first}${more.length > 0 ? ` and ${more.length} more` : ''}`);
  const code = changed.every(isData) ? 0 : build();
  if (code === STOPPED) return;
  if (code !== 0) {
    say('it does not compile; the service goes on as it is');
    return;
  }
  await service.stop();
  if (!stopping) service.start();
}

process.on('SIGINT', stop);
process.on('SIGTERM', stop);
endWithNpm();
// Watched before it is built: what changes in the meantime is built again.
watchFiles([...SOURCES.map((path) => resolve(path)), ...DATA], (changed) => {
  restarts = restarts.then(() => restart(changed));
});
const code = build();
if (code === 0) service.start();
else if (code !== STOPPED) say('it does not compile; it starts after the next change');
