import { ownPackage } from '../../generators/app/package.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { missingText } from '../../generators/regenerate/describe.ts';
import { lookingAt } from '../../generators/regenerate/not-readable.ts';
import { quickCheck } from '../../generators/regenerate/quick-check.ts';
import { quickMissing } from '../../generators/regenerate/quick-missing.ts';
import { rootOf } from '../../generators/regenerate/root.ts';
import { failOnOf, type RegenerateFlags, refuseContradictions } from './regenerate-flags.ts';

/** `create-ml-serving regenerate [directory]`: brings a repository to this template version. @returns the exit code */
export async function regenerate(directory: string | undefined, flags: RegenerateFlags): Promise<number> {
  refuseContradictions(flags);
  const root = lookingAt(directory ?? '.', () => rootOf(directory ?? '.'));
  const plain =
    flags.check &&
    [flags.set, flags.preset, flags.restore, flags.own, flags.disown].every((list) => list.length === 0) &&
    !flags.json &&
    !flags.format &&
    flags.report === undefined;
  const checked = plain ? lookingAt(root, () => quickCheck(root, ownPackage().version, nodeDisk)) : null;
  if (checked === null) return (await import('../run-regenerate.ts')).runRegenerate(root, flags);
  console.log(`Up to date: template ${ownPackage().version}`);
  for (const path of checked.drift) console.log(`Edited by hand, though the template manages it: ${path}`);
  for (const { path, keys } of lookingAt(root, () => quickMissing(root, nodeDisk)))
    console.log(missingText(path, keys));
  return checked.drift.length > 0 && failOnOf(flags).includes('drift') ? 2 : 0;
}
