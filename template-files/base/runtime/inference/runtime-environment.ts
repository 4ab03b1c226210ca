/** Imported before the runtime, wherever it is. */

// Since 1.29 the library looks up a host and reads the machine's id as it loads, unless this is set. The workers share the
// process's environment (SHARE_ENV), so that the native code sees it.
process.env['ORT_DISABLE_TELEMETRY'] = '1';
