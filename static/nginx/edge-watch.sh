# Runs nginx and, beside it, looks every WATCH_SECONDS whether ConfigMap, Secret or Service addresses have changed. What
# nginx would refuse is never given to it. A reload starts new workers; the old ones finish what they are doing.
configuration_broken=0
reloads=0
nginx=
refused=0

fingerprint() {
  # A deleted Secret is an empty folder; unreadable and missing are the same to us.
  cat "${CONFIG_DIR:-/nowhere}"/* "$TLS_DIR"/tls.crt "$TLS_DIR"/tls.key 2>/dev/null | openssl dgst -sha256 -r
  ls "${CONFIG_DIR:-/nowhere}" "$TLS_DIR" 2>/dev/null || true
}

write_metrics() {
  issued=0
  [ "$certificate_state" = issued ] && issued=1
  cat >"$DIR/metrics.next" <<METRICS
# HELP rotisserie_edge_certificate_issued 1 when a certificate from Secret rotisserie-tls is served, 0 for the self-signed stand-in.
# TYPE rotisserie_edge_certificate_issued gauge
rotisserie_edge_certificate_issued $issued
# HELP rotisserie_edge_certificate_not_after_seconds End of the served certificate, seconds since 1970.
# TYPE rotisserie_edge_certificate_not_after_seconds gauge
rotisserie_edge_certificate_not_after_seconds $(not_after_seconds)
# HELP rotisserie_edge_certificate_broken 1 while Secret rotisserie-tls holds something that cannot be served.
# TYPE rotisserie_edge_certificate_broken gauge
rotisserie_edge_certificate_broken $certificate_broken
# HELP rotisserie_edge_configuration_broken 1 while ConfigMap nginx holds something that is not a setting.
# TYPE rotisserie_edge_configuration_broken gauge
rotisserie_edge_configuration_broken $configuration_broken
# HELP rotisserie_edge_reloads_total Reloads since the start of this container.
# TYPE rotisserie_edge_reloads_total counter
rotisserie_edge_reloads_total $reloads
# HELP rotisserie_edge_refused_total Changes that were refused since the start of this container.
# TYPE rotisserie_edge_refused_total counter
rotisserie_edge_refused_total $refused
METRICS
  mv "$DIR/metrics.next" "$DIR/metrics.txt"
}

# Takes settings, certificate and addresses as they are now into $DIR/next.conf.
build() {
  load_settings || return 1
  resolve_addresses
  load_certificate
  render edge >"$DIR/next.conf" || return 1
  # At the start nginx says itself what it refuses; a test would listen for a moment, and a client would be cut off.
  [ -z "$nginx" ] || test_configuration "$DIR/next.conf"
}

reload_if_changed() {
  now=$(fingerprint)
  before=$APP_ADDRESS$STATIC_ADDRESS$BACKEND_ADDRESS$SIMULATOR_ADDRESS
  resolve_addresses
  [ "$now" = "$seen" ] && [ "$before" = "$APP_ADDRESS$STATIC_ADDRESS$BACKEND_ADDRESS$SIMULATOR_ADDRESS" ] && return
  why=addresses
  [ "$now" = "$seen" ] || why='ConfigMap or Secret'
  seen=$now
  configuration_broken=0
  if build; then
    [ "$certificate_broken" = 0 ] || refused=$((refused + 1))
    if cmp -s "$DIR/next.conf" "$DIR/nginx.conf"; then
      rm -f "$DIR/next.conf"
    else
      mv "$DIR/next.conf" "$DIR/nginx.conf"
      kill -HUP "$nginx"
      reloads=$((reloads + 1))
      say info "$why changed: reloaded" hosts "$HOSTS" certificate "$certificate_state" serial "$(serial)" hsts "${HSTS:-off}"
    fi
  else
    configuration_broken=1
    refused=$((refused + 1))
    say error "$why changed, and is refused: what was served before is served on"
  fi
  write_metrics
}

stand_in_certificate
seen=$(fingerprint)
build || exit 1
mv "$DIR/next.conf" "$DIR/nginx.conf"
write_metrics
say info 'edge starts' hosts "$HOSTS" certificate "$certificate_state" serial "$(serial)" hsts "${HSTS:-off}"

"$NGINX" -e stderr -p "$DIR" -c "$DIR/nginx.conf" &
nginx=$!
stopping=
# QUIT: finish what is being sent, then leave.
trap 'stopping=1; kill -QUIT "$nginx" 2>/dev/null' TERM INT QUIT

while [ -z "$stopping" ]; do
  sleep "$WATCH_SECONDS" &
  pause=$!
  wait "$pause" || true
  kill "$pause" 2>/dev/null || true
  [ -z "$stopping" ] || break
  kill -0 "$nginx" 2>/dev/null || fail 'nginx has ended'
  reload_if_changed
done
# A second signal interrupts the wait, not the drain.
while kill -0 "$nginx" 2>/dev/null; do wait "$nginx" || true; done
exit 0
