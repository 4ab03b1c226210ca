import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { planned, unpacked } from './released.ts';

/* Manifests that a team deploys, and that are rendered with other answers alone from 0.10.0 on. */

/** Which files of deploy/components/ an upgrade of 0.9.0 leaves, and what its overlays list then. */
function upgraded(listed: Readonly<Record<'production' | 'staging', readonly string[]>>) {
  const root = unpacked('0.9.0');
  for (const [overlay, components] of Object.entries(listed)) {
    const path = join(root, 'deploy', 'overlays', overlay, 'kustomization.yaml');
    const text = components.reduce(
      // In the template's comment, as in `# - ../../components/ingress   a host name on an ingress controller`.
      (edited, name) => edited.replace(new RegExp(`# (- \\.\\./\\.\\./components/${name}) .*`), '$1'),
      readFileSync(path, 'utf8'),
    );
    writeFileSync(path, text);
  }
  const { plan } = planned(root);
  const written = new Map(plan.changes.flatMap((one) => ('bytes' in one ? [[one.path, one.bytes as Uint8Array]] : [])));
  const componentsOf = (overlay: string): string[] => {
    const path = `deploy/overlays/${overlay}/kustomization.yaml`;
    const text = Buffer.from(written.get(path) ?? readFileSync(join(root, path))).toString('utf8');
    return parse(text).components.map((component: string) => component.split('/').at(-1));
  };
  const removed = plan.changes.flatMap(({ kind, path }) =>
    kind === 'delete' && path.startsWith('deploy/components/') ? [path.split('/')[2]] : [],
  );
  return { removed: [...new Set(removed)].sort(), componentsOf };
}

test('a repository that lists none of them loses the components of other answers', () => {
  const { removed, componentsOf } = upgraded({ production: [], staging: [] });
  expect(removed).toEqual(['gateway', 'ingress', 'model-from-storage', 'queue-scaling']);
  expect(componentsOf('production')).toEqual(['monitoring', 'alerts']);
  expect(componentsOf('staging')).toEqual(['monitoring']);
});

test('components that an overlay lists stay, and are listed by the other as well', () => {
  const listed = ['gateway', 'model-from-storage', 'queue-scaling'];
  const { removed, componentsOf } = upgraded({ production: listed, staging: [] });
  expect(removed).toEqual(['ingress']);
  expect(componentsOf('production')).toEqual(['monitoring', 'alerts', ...listed]);
  expect(componentsOf('staging')).toEqual(['monitoring', ...listed]);
});
