import { readCommandLine } from '../runtime/command-line.js';
import { buildIfStale } from './build.mjs';
import { endWithNpm } from './npm-parent.mjs';

readCommandLine({
  usage: 'npm start',
  about:
    'Builds when needed and serves until Ctrl-C or SIGTERM. In a terminal log lines are readable, else they are JSON.\n' +
    'PORT, HOST, WORKERS, LOG_LEVEL and the other settings of the README are read from the environment.',
  example: 'PORT=9000 npm start',
  exitCodes: { 0: 'stopped by Ctrl-C or SIGTERM', 1: 'the service cannot start, with the reason' },
});
endWithNpm();
buildIfStale();
await import('../dist/server.js');
