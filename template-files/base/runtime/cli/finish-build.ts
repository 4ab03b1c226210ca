import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '../command-line.js';
import { readSchema } from '../config.ts';
import { writeValidator } from '../contract/validator.ts';
import { ROOT } from '../root.ts';

readCommandLine({
  usage: 'npm run build',
  about:
    'Compiles src/ and runtime/ to dist/; the schema of serving.yaml becomes code. Other commands build by themselves\n' +
    'when dist/ is older than the sources.',
  example: 'npm run build && node dist/server.js',
  exitCodes: { 0: 'built', 1: 'a type does not match, or an argument is wrong' },
});

/** The build's second step. The schema of serving.yaml becomes code, so that a start need not read it. */
writeValidator(readSchema());

/** `node dist/server.js` starts the service, wherever the compiler puts src/. Signals are handled before anything else is loaded. */
writeFileSync(
  join(ROOT, 'dist', 'server.js'),
  "import './runtime/stop-signal.js';\nawait import('./src/server.js');\n",
);
