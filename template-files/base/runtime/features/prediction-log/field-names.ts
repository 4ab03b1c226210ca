import { mediaName, type Serving } from '../../contract/serving.ts';
import { hasColumns } from '../../inference/preprocess/columns.ts';
import type { Names } from './redact.ts';

/** Which fields of the prediction log are meant by a name, of a model's inputs. */
export function namesOf(serving: Pick<Serving, 'model' | 'inputs'>): Names {
  const { model, inputs } = serving;
  const names = inputs.map(({ name }) => name);
  const media = mediaName(model.type);
  if (media !== undefined) {
    // Token ids are the text, and pixels the picture: whoever asks for one of them asks for all.
    const all = [...new Set([media, ...names])];
    const covers = new Map(all.map((name) => [name, all]));
    return { covers, row: hasColumns(inputs) ? names : [], parts: new Map(), single: media };
  }
  const parts = new Map(
    inputs.flatMap(({ name, features }) => (features ? [[name, features.map((column) => column.name)] as const] : [])),
  );
  const columns = names.flatMap((name) => parts.get(name) ?? [name]);
  const covers = new Map(columns.map((name): [string, string[]] => [name, [name]]));
  for (const [name, own] of parts) covers.set(name, [name, ...own]);
  return { covers, row: hasColumns(inputs) ? columns : [], parts, single: names.length === 1 ? names[0] : undefined };
}
