/**
 * npm starts scripts below a shell. When npm is stopped it ends the shell, and the shell does not pass the signal on: the script
 * would go on without a parent to stop it. This notices that the parent has changed, and sends the signal. Windows keeps no such
 * parent.
 */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 200);
  watch.unref();
}
