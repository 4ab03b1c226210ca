/** What the tests look at in a pod's specification. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources: { readonly limits: { readonly memory: string } };
  readonly securityContext: unknown;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
}

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string | number };
}

export interface Pod {
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number; readonly runAsNonRoot: boolean };
  readonly containers: readonly [Container];
  readonly initContainers?: readonly Container[];
}

/** Memory of a manifest in podman's terms. */
export function memoryOf({ resources }: Container): string {
  return resources.limits.memory.replace(/i$/, '').toLowerCase();
}
