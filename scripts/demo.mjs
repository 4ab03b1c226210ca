// `npm run demo`: sets up, stamps out a serving with the sample model, starts it, asks it, and cleans up.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.mjs';
import { main, root, run, setUp } from './set-up.mjs';

const FLOWER = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
const keep = process.argv.includes('--keep');

await main(async () => {
  setUp();
  run('npm', ['run', 'build']);
  const folder = mkdtempSync(join(tmpdir(), 'create-ml-serving-demo-'));
  // Ctrl-C reaches the commands that run; the one that waits for them goes on to clean up.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  try {
    await demonstrate(join(folder, 'my-model'));
    if (keep) console.log(`\nThe repository is in ${join(folder, 'my-model')}: cd there and npm start.`);
  } finally {
    if (!keep) {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      console.log('\nCleaned up. To keep the repository: npm run demo -- --keep');
    }
  }
});

async function demonstrate(directory) {
  run(process.execPath, [join(root, 'dist', 'create-ml-serving.js'), directory, '--yes', '--no-git'], { shell: false });
  const port = await freePort();
  const server = await start(directory, port);
  try {
    const url = `http://localhost:${port}/predict`;
    const body = JSON.stringify({ instances: [FLOWER] });
    console.log(`\n$ curl -s ${url} -H 'content-type: application/json' -d '${body}'`);
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    console.log(JSON.stringify(await answer.json(), null, 2));
    if (!answer.ok) process.exitCode = 1;
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
}

/** Starts the repository as its README says, without npm in between so that a signal reaches it, and waits until it is ready. */
async function start(cwd, port) {
  run('npm', ['run', 'build'], { cwd });
  console.error('\n$ node dist/server.js');
  const child = spawn(process.execPath, ['dist/server.js'], {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, PORT: String(port) },
  });
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline && child.exitCode === null) {
    const ready = await fetch(`http://localhost:${port}/v2/health/ready`).catch(() => undefined);
    if (ready?.ok) return child;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error('The server was not ready within 30 seconds.');
}
