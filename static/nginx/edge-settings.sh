# ConfigMap nginx, in the manner of the controller whose place this takes: one key per setting, named as there where it
# had the setting. A value that is not one leaves everything as it was.

# setting VARIABLE KEY DEFAULT PATTERN WORDS
setting() {
  value=$3
  [ -n "$CONFIG_DIR" ] && [ -f "$CONFIG_DIR/$2" ] && value=$(tr '\n\t' '  ' <"$CONFIG_DIR/$2" | sed 's/^ *//; s/ *$//')
  printf %s "$value" | grep -Eq "^($4)\$" || {
    problems="$problems; $2=$value: set it to $5"
    return 0
  }
  eval "next_$1=\$value"
}

known_keys=' hosts hsts hsts-max-age hsts-include-subdomains body-size proxy-connect-timeout proxy-read-timeout proxy-send-timeout server-name-hash-bucket-size client-requests-per-second client-burst client-connections access-log '
host_name='[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+'

load_settings() {
  problems=
  if [ -n "$HTTPS_LISTEN" ]; then
    setting hosts hosts "$hosts_from_env" "$host_name( +$host_name)*" 'host names such as rotisserie.tv, separated by spaces'
  else
    next_hosts=
  fi
  setting hsts hsts true 'true|false' 'true or false'
  setting hsts_max_age hsts-max-age 31536000 '[0-9]{1,9}' 'seconds'
  setting hsts_sub hsts-include-subdomains false false 'false: other names of the domain are not ours to decide'
  setting body body-size 1k '[1-9][0-9]{0,4}[km]?' 'a size such as 1k'
  setting connect proxy-connect-timeout 2 '[1-9][0-9]{0,2}' 'seconds'
  setting read proxy-read-timeout 10 '[1-9][0-9]{0,2}' 'seconds'
  setting send proxy-send-timeout 5 '[1-9][0-9]{0,2}' 'seconds'
  setting bucket server-name-hash-bucket-size 128 '32|64|128|256|512|1024' 'a power of two from 32 to 1024'
  setting rate client-requests-per-second "${CLIENT_REQUESTS_PER_SECOND:-100}" '[1-9][0-9]{0,6}' 'a whole number from 1'
  setting burst client-burst "${CLIENT_BURST:-400}" '[1-9][0-9]{0,6}' 'a whole number from 1'
  setting connections client-connections "${CLIENT_CONNECTIONS:-200}" '[1-9][0-9]{0,4}' 'a whole number from 1 to 65535'
  setting log access-log true 'true|false' 'true or false'
  if [ -n "$problems" ]; then
    say error "ConfigMap nginx is not usable: ${problems#; }"
    return 1
  fi
  if [ -n "$CONFIG_DIR" ] && [ -d "$CONFIG_DIR" ]; then
    for file in "$CONFIG_DIR"/*; do
      key=${file##*/}
      case $known_keys in *" $key "*) ;; *) [ "$key" = '*' ] || say warn "ConfigMap nginx has a key that means nothing here: $key" ;; esac
    done
  fi
  HOSTS=$next_hosts
  HSTS_WANTED=
  [ "$next_hsts" = true ] && HSTS_WANTED=$next_hsts_max_age
  BODY_SIZE=$next_body
  PROXY_CONNECT_TIMEOUT=${next_connect}s PROXY_READ_TIMEOUT=${next_read}s PROXY_SEND_TIMEOUT=${next_send}s
  SERVER_NAMES_HASH_BUCKET_SIZE=$next_bucket
  CLIENT_REQUESTS_PER_SECOND=$next_rate CLIENT_BURST=$next_burst CLIENT_CONNECTIONS=$next_connections
  access_log=${access_log-$ACCESS_LOG}
  ACCESS_LOG=$access_log
  [ "$next_log" = false ] && ACCESS_LOG=
  export HOSTS BODY_SIZE PROXY_CONNECT_TIMEOUT PROXY_READ_TIMEOUT PROXY_SEND_TIMEOUT SERVER_NAMES_HASH_BUCKET_SIZE \
    CLIENT_REQUESTS_PER_SECOND CLIENT_BURST CLIENT_CONNECTIONS ACCESS_LOG
  return 0
}

# Names become addresses here and not in nginx: an upstream of nginx 1.22 that keeps connections open looks its name up
# once, at the start, and a name that is not there yet stops it. A name without an address stays a refusing one.
address_of() {
  case $1 in
  '') ;;
  \[* | [0-9]*.[0-9]*.[0-9]*.[0-9]*:* | unix:*) printf %s "$1" ;;
  *)
    found=$(getent ahosts "${1%:*}" 2>/dev/null | awk '$2 == "STREAM" { print $1; exit }')
    case $found in
    '') printf %s 127.0.0.1:1 ;;
    *:*) printf '[%s]:%s' "$found" "${1##*:}" ;;
    *) printf '%s:%s' "$found" "${1##*:}" ;;
    esac
    ;;
  esac
}

resolve_addresses() {
  APP_ADDRESS=$(address_of "$APP_UPSTREAM")
  STATIC_ADDRESS=$(address_of "$STATIC_UPSTREAM")
  BACKEND_ADDRESS=$(address_of "$BACKEND_UPSTREAM")
  SIMULATOR_ADDRESS=$(address_of "$SIMULATOR_UPSTREAM")
  export APP_ADDRESS STATIC_ADDRESS BACKEND_ADDRESS SIMULATOR_ADDRESS
}
