const file = (path: string, mode = 0o644) => ({ path, bytes: Buffer.from(`contents of ${path}\n`), mode });

/** A small repository: a file and folders at its top, and a record. */
export const files = [
  file('README.md'),
  file('src/app.ts'),
  file('src/http/routes.ts'),
  file('scripts/run.sh', 0o755),
  file('.ml-serving/base/aa.gz'),
  file('.ml-serving/answers.yaml'),
  file('.ml-serving/manifest.json'),
];
