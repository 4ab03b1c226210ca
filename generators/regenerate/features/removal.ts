import { decodeText } from '../../merge/text.ts';
import type { Answers } from '../../questions/questions.ts';
import { declarationsOf } from '../../render/features/declarations.ts';
import { leftOut } from '../../render/features/left-out.ts';
import type { Project } from '../open-project.ts';
import { SERVING_YAML } from '../rollout/model.ts';
import { plainFiles } from '../scan.ts';
import type { FeatureChange } from './change.ts';
import { refuseInUse } from './in-use.ts';

/** Files of features that are removed, seeded ones included: those that nobody has edited are removed with the feature. */
export function filesOfRemoved(
  { record, source }: Project,
  { removed }: FeatureChange,
  { features }: Answers,
): string[] {
  if (removed.length === 0) return [];
  const absent = leftOut(declarationsOf(source.template).values(), features);
  return Object.keys(record.manifest?.files ?? {}).filter(absent.isLeftOut);
}

/** @throws FEATURE_IN_USE */
export function refuseRemovalInUse(
  { root, disk, record, source }: Project,
  { removed }: FeatureChange,
  { features }: Answers,
): void {
  if (removed.length === 0) return;
  const entry = record.manifest?.files[SERVING_YAML];
  const texts = {
    yours: textOf(plainFiles(root, disk).read(SERVING_YAML)),
    base: textOf(entry ? record.base(entry.sha256) : null),
  };
  refuseInUse(removed, features, declarationsOf(source.template), texts);
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes && decodeText(bytes);
}
