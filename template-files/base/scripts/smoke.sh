#!/bin/sh
# sh scripts/smoke.sh IMAGE: runs the image as production does (read-only, without capabilities, with a memory limit), asks
# it its golden samples and stops it. Nothing is published: the questions are asked from inside, so that it works wherever
# the container engine runs. DOCKER names another engine (podman).
set -eu

image=${1:?which image? usage: sh scripts/smoke.sh IMAGE}
docker=${DOCKER:-docker}

container=$("$docker" run --detach --read-only --cap-drop ALL --security-opt no-new-privileges --memory 512m "$image")
trap '"$docker" rm --force "$container" >/dev/null' EXIT

if ! "$docker" exec --interactive "$container" node --input-type=module - <"$(dirname "$0")/smoke.mjs"; then
  echo "What the container logged:" >&2
  "$docker" logs "$container" >&2
  exit 1
fi

"$docker" stop --time 30 "$container" >/dev/null
code=$("$docker" inspect --format '{{.State.ExitCode}}' "$container")
if [ "$code" != 0 ]; then
  echo "Stopped with SIGTERM, the container exited with $code; expected 0" >&2
  exit 1
fi
