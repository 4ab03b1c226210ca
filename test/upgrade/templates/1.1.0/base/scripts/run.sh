#!/bin/sh
set -eu
exec node src/app.mjs "$@"
