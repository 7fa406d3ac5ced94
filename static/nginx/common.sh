# What entrypoint.sh and edge.sh share.

# One JSON line, as every part of the system logs: say LEVEL MESSAGE [KEY VALUE]...
say() {
  level=$1
  line="{\"time\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\",\"level\":\"$1\",\"name\":\"${ROLE:-nginx}\",\"msg\":\"$(clean "$2")\""
  shift 2
  while [ $# -ge 2 ]; do
    line="$line,\"$1\":\"$(clean "$2")\""
    shift 2
  done
  if [ "$level" = error ]; then printf '%s}\n' "$line" >&2; else printf '%s}\n' "$line"; fi
}

clean() {
  printf %s "$1" | tr -d '\r"\\' | tr '\n\t' '  ' | cut -c 1-500
}

fail() {
  say error "$1"
  exit 1
}

# *:8082, 127.0.0.1:9000, [::1]:9000, 9000, unix:/run/x.sock: what nginx itself takes, and nothing after it.
check_listen() {
  printf %s "$2" | grep -Eq '^unix:/[A-Za-z0-9._/-]+$|^((\*|[0-9.]+|\[[0-9a-fA-F:]+\]|[a-z0-9.-]+):)?[0-9]{1,5}$' ||
    fail "$1=$2: set it to an address and port such as *:8082 or 127.0.0.1:9000"
}

# default.svc.cluster.local, as a pod's resolver knows it; outside a pod a name that does not exist.
cluster_domain() {
  awk '$1 == "search" { for (i = 2; i <= NF; i++) if ($i ~ /^[a-z0-9-]+\.svc\./) { print $i; found = 1; exit } }
    END { if (!found) print "default.svc.cluster.local" }' /etc/resolv.conf 2>/dev/null || echo default.svc.cluster.local
}

nameservers() {
  awk '$1 == "nameserver" { printf "%s%s", separator, $2 ~ /:/ ? "[" $2 "]" : $2; separator = " " }' /etc/resolv.conf 2>/dev/null
}

prepare() {
  DIR=${DIR:-/tmp/nginx}
  NGINX=${NGINX:-nginx}
  LOG_LEVEL=${LOG_LEVEL:-warn}
  WORKERS=${WORKERS:-1}
  WORKER_CONNECTIONS=${WORKER_CONNECTIONS:-4096}
  ACCESS_LOG=${ACCESS_LOG-/dev/stdout}
  BODY_SIZE=${BODY_SIZE:-1k}
  SERVER_NAMES_HASH_BUCKET_SIZE=${SERVER_NAMES_HASH_BUCKET_SIZE:-128}
  # Between our own servers connections stay; the edge sets its own limit for clients.
  KEEPALIVE_REQUESTS=100000
  # nginx started by root gives its workers to nobody, who may not read a developer's folders.
  RUN_AS=
  [ "$(id -u)" = 0 ] && RUN_AS=$(id -un)
  export ROLE DIR LOG_LEVEL WORKERS WORKER_CONNECTIONS ACCESS_LOG BODY_SIZE SERVER_NAMES_HASH_BUCKET_SIZE KEEPALIVE_REQUESTS RUN_AS
  # The functions' levels, as nginx calls them.
  [ "$LOG_LEVEL" = silent ] && LOG_LEVEL=emerg
  command -v "$NGINX" >/dev/null || fail "$NGINX is not installed"
  case $DIR in *[!A-Za-z0-9._/-]*) fail "DIR=$DIR: letters, digits, dot, - and _ only" ;; esac
  mkdir -p "$DIR" || fail "DIR=$DIR: cannot be written"
  # Left by an nginx that was killed; it could not be listened on again.
  rm -f "$DIR"/*.sock
  # As many open files as the machine allows: each client and each upstream connection is one.
  ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
}

render() {
  awk -v folder="$here" -f "$here/render.awk" "$here/$1.conf"
}

# nginx's own judgement; its words go to the log when it refuses.
test_configuration() {
  problem=$("$NGINX" -e stderr -p "$DIR" -t -q -c "$1" 2>&1) || {
    say error "nginx refuses the configuration: $problem"
    return 1
  }
}
