export function dashboards(): readonly { readonly path: string; readonly text: string }[];
