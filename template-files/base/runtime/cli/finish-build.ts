import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSchema } from '../config.ts';
import { writeValidator } from '../contract/validator.ts';
import { ROOT } from '../root.ts';

/** The build's second step. The schema of serving.yaml becomes code, so that a start need not read it. */
writeValidator(readSchema());

/** `node dist/server.js` starts the service, wherever the compiler puts src/. */
writeFileSync(join(ROOT, 'dist', 'server.js'), "import './src/server.js';\n");
