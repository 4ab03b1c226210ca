import type { Config } from '../../config.ts';
import { findModel, readGolden } from '../../model-files.ts';

/**
 * The candidate that serving.yaml names, as if it were the only model: it differs from the model in its file, its golden samples and its
 * workers. Undefined where there is none.
 * @throws CONFIG_INVALID when its file does not exist
 */
export function candidateOf(config: Config): Config | undefined {
  const { serving, folder } = config;
  const { variants } = serving;
  if (!variants) return undefined;
  const modelPath = findModel(folder, variants.candidate.file, 'variants.candidate.file');
  const goldenPath = modelPath.replace(/\.onnx$/, '.golden.json');
  const samples = readGolden(goldenPath);
  const { released: _released, placeholder: _placeholder, ...model } = serving.model;
  return {
    ...config,
    serving: { ...serving, model: { ...model, ...variants.candidate } },
    modelPath,
    golden: samples?.golden,
    questions: samples?.all ?? config.questions,
    goldenPath,
    workers: variants.workers,
  };
}
