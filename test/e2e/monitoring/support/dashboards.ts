import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Query {
  readonly dashboard: string;
  readonly panel: string;
  readonly expr: string;
}

interface Dashboard {
  readonly title: string;
  readonly annotations: {
    readonly list: readonly { readonly name: string; readonly target: { readonly expr: string } }[];
  };
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}

/** Every query of every dashboard, as Grafana sends it when all services are chosen. */
export function queriesOf(directory: string, rateInterval: string): readonly Query[] {
  const folder = join(directory, 'monitoring', 'grafana', 'dashboards');
  return readdirSync(folder).flatMap((name) => {
    const { title, annotations, panels } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Dashboard;
    const all = [
      ...annotations.list.map((annotation) => ({ panel: annotation.name, expr: annotation.target.expr })),
      ...panels.flatMap((panel) => (panel.targets ?? []).map(({ expr }) => ({ panel: panel.title, expr }))),
    ];
    return all.map(({ panel, expr }) => ({
      dashboard: title,
      panel,
      expr: expr
        .replaceAll('$__rate_interval', rateInterval)
        .replace(/\$(namespace|job|instance|feature|output)\b/g, '.*'),
    }));
  });
}
