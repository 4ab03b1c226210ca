/**
 * Imported before the runtime: since 1.29 the library looks up a host and reads the machine's id as it loads unless this is
 * set. The worker shares the process's environment (SHARE_ENV), so that the native code sees it.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
