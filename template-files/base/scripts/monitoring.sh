#!/bin/sh
# sh scripts/monitoring.sh prometheus: promtool on Prometheus' configuration, the rules, and the tests of your own rules (tests/).
# sh scripts/monitoring.sh alertmanager: amtool on Alertmanager's configuration, and where alerts go by it.
# Needs nothing but the program in question, so that it runs in the images of compose.yaml.
set -eu
cd "$(dirname "$0")/../monitoring"

case ${1:-} in
  prometheus)
    promtool check rules rules/*.yaml
    # Its paths are those of the container; the rules have just been checked.
    promtool check config --syntax-only prometheus/prometheus.yaml
    set -- tests/*.yaml
    if [ -e "$1" ]; then promtool test rules "$@"; fi
    ;;
  alertmanager)
    amtool check-config alertmanager/alertmanager.yaml
    goes() {
      receiver=$1
      shift
      amtool config routes test --config.file=alertmanager/alertmanager.yaml --verify.receivers="$receiver" "$@"
    }
    goes page severity=page alertname=MlServingDown
    goes page severity=page alertname=MlServingErrorBudgetBurn
    goes ticket severity=ticket alertname=MlServingErrorBudgetBurn
    goes ticket severity=ticket alertname=MlServingModelStale
    goes watchdog severity=none alertname=MlServingWatchdog
    goes ticket alertname=AnythingElse
    ;;
  *)
    echo "which? usage: sh scripts/monitoring.sh prometheus | alertmanager" >&2
    exit 1
    ;;
esac
