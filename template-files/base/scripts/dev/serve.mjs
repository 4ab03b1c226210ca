/** What `npm run dev` has built, as a process of its own. */
import { endWithNpm } from '../npm-parent.mjs';

endWithNpm();
await import('../../dist/server.js');
