import { checkMachine } from '../../generators/app/tools/checks.ts';

/** `create-ml-serving doctor`: is this machine ready? @returns 0 where it is, 1 where something is missing */
export async function doctor({ json }: { readonly json: boolean }): Promise<number> {
  const checks = checkMachine('.');
  const ready = checks.every((check) => check.ok);
  if (json) console.log(JSON.stringify({ ready, checks }, null, 2));
  else {
    for (const { name, ok, found, remedy } of checks) {
      console.log(`${ok ? 'ok     ' : 'MISSING'} ${name}: ${found}${remedy ? `\n        → ${remedy}` : ''}`);
    }
    console.log(ready ? 'Ready.' : 'Not ready.');
  }
  return ready ? 0 : 1;
}
