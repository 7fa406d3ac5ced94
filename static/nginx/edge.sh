# The edge's own part of entrypoint.sh: settings, certificate, addresses; and, with TLS, watching all three.
#
#   HTTP_LISTEN=*:8080  HTTPS_LISTEN=*:8443 (empty: plain http for any host)  STATUS_LISTEN=*:10254 (empty: none)
#   HOSTS="rotisserie.tv"       overridden by the key hosts in CONFIG_DIR
#   CONFIG_DIR=/etc/rotisserie/config   ConfigMap nginx, one file per key; TLS_DIR=/etc/rotisserie/tls   Secret rotisserie-tls
#   APP_UPSTREAM=rotisserie-app:3000  STATIC_UPSTREAM=rotisserie-static:8082  BACKEND_UPSTREAM=default-http-backend:80
#   CHALLENGE_UPSTREAM=kube-lego-nginx.NAMESPACE.svc.cluster.local:8089  SIMULATOR_UPSTREAM= (only with simulated streams)
#   WATCH_SECONDS=5             how often the three are looked at

HTTP_LISTEN=${HTTP_LISTEN:-*:8080}
HTTPS_LISTEN=${HTTPS_LISTEN-*:8443}
STATUS_LISTEN=${STATUS_LISTEN-*:10254}
CONFIG_DIR=${CONFIG_DIR-/etc/rotisserie/config}
TLS_DIR=${TLS_DIR-/etc/rotisserie/tls}
WATCH_SECONDS=${WATCH_SECONDS:-5}
RESOLVER=${RESOLVER-$(nameservers)}
REDIRECT_PORT=${REDIRECT_PORT:-}
APP_UPSTREAM=${APP_UPSTREAM:-rotisserie-app:3000}
STATIC_UPSTREAM=${STATIC_UPSTREAM:-rotisserie-static:8082}
BACKEND_UPSTREAM=${BACKEND_UPSTREAM-default-http-backend:80}
CHALLENGE_UPSTREAM=${CHALLENGE_UPSTREAM:-kube-lego-nginx.$(cluster_domain):8089}
SIMULATOR_UPSTREAM=${SIMULATOR_UPSTREAM:-}
hosts_from_env=${HOSTS:-}
# An HTTP/2 client that resets streams as fast as it opens them is stopped by this limit.
KEEPALIVE_REQUESTS=1000
check_listen HTTP_LISTEN "$HTTP_LISTEN"
[ -z "$HTTPS_LISTEN" ] || check_listen HTTPS_LISTEN "$HTTPS_LISTEN"
[ -z "$STATUS_LISTEN" ] || check_listen STATUS_LISTEN "$STATUS_LISTEN"
export HTTP_LISTEN HTTPS_LISTEN STATUS_LISTEN RESOLVER REDIRECT_PORT CHALLENGE_UPSTREAM KEEPALIVE_REQUESTS

# nginx 1.25.1 made "http2" a directive of its own.
if "$NGINX" -v 2>&1 | awk -F'[/. ]' '{ for (i = 1; i <= NF; i++) if ($i == "nginx" && $(i + 1) ~ /^[0-9]+$/) { v = $(i + 1) * 10000 + $(i + 2) * 100 + $(i + 3) } exit !(v >= 12501) }'; then
  HTTP2_DIRECTIVE=1 LISTEN_HTTP2=
else
  HTTP2_DIRECTIVE='' LISTEN_HTTP2=' http2'
fi
export HTTP2_DIRECTIVE LISTEN_HTTP2

. "$here/edge-settings.sh"

load_settings || exit 1
resolve_addresses

# Plain http: nothing to watch, entrypoint.sh goes on and becomes nginx.
if [ -n "$HTTPS_LISTEN" ]; then
  . "$here/edge-certificate.sh"
  . "$here/edge-watch.sh"
fi
