#!/bin/sh
# Renders the role's nginx configuration and runs nginx. The same file runs in the image and on a developer's machine.
#
#   ROLE=static|gateway|edge|backend
#   DIR=/tmp/nginx        everything nginx writes; a folder of its own for each process
#   NGINX=nginx           the program
#   LOG_LEVEL=warn  WORKERS=1  WORKER_CONNECTIONS=4096  ACCESS_LOG=/dev/stdout (empty: none)
#   static, backend:  NGINX_LISTEN=*:8082 (backend *:8080), ROOT=/usr/share/rotisserie, CSP_FILE
#   gateway:          LISTEN=*:3000, POLLER_HOST=rotisserie-poller.NAMESPACE.svc.cluster.local, POLLER_URL=http://POLLER_HOST,
#                     RESOLVER (default: the nameservers of /etc/resolv.conf)
#   edge:             see edge.sh
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"

: "${ROLE:?set it to static, gateway, edge or backend}"
case $ROLE in
static | backend)
  if [ "$ROLE" = static ]; then
    default_listen='*:8082'
    ROOT=${ROOT:-/usr/share/rotisserie}
    [ -f "$ROOT/index.html" ] || fail "ROOT=$ROOT: has no index.html"
    CSP_FILE=${CSP_FILE:-$here/../page/csp.txt}
    CSP=$(cat "$CSP_FILE") || fail "CSP_FILE=$CSP_FILE: cannot be read"
    export ROOT CSP
  else
    default_listen='*:8080'
  fi
  NGINX_LISTEN=${NGINX_LISTEN:-$default_listen}
  check_listen NGINX_LISTEN "$NGINX_LISTEN"
  export NGINX_LISTEN
  ;;
gateway)
  LISTEN=${LISTEN:-*:3000}
  check_listen LISTEN "$LISTEN"
  POLLER_HOST=${POLLER_HOST:-rotisserie-poller.$(cluster_domain)}
  POLLER_URL=${POLLER_URL:-http://$POLLER_HOST}
  RESOLVER=${RESOLVER-$(nameservers)}
  export LISTEN POLLER_HOST POLLER_URL RESOLVER
  ;;
edge) ;;
*) fail "ROLE=$ROLE: set it to static, gateway, edge or backend" ;;
esac

prepare
[ "$ROLE" = edge ] && . "$here/edge.sh"

render "$ROLE" >"$DIR/nginx.conf" || exit 1
exec "$NGINX" -e stderr -p "$DIR" -c "$DIR/nginx.conf"
