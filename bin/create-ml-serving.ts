#!/usr/bin/env node
// No static imports: a Node.js that is too old must reach the message, not fail on a module it cannot link.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `error NODE_TOO_OLD: Node.js ${process.versions.node} is too old.\n→ Install Node.js 20.19 or newer; 24 is recommended.`,
  );
  process.exit(1);
}
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));

export {};
