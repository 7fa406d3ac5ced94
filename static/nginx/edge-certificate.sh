# The certificate of rotisserie-tls. A new one is taken when it is whole and fits its key; otherwise the last good one
# stays, or the self-signed stand-in when there never was one.

# stand_in_certificate: for unknown hosts always, for our own until there is a real one.
stand_in_certificate() {
  [ -s "$DIR/stand-in.key" ] && [ -s "$DIR/stand-in.crt" ] && return 0
  (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
    -subj '/CN=Rotisserie stand-in certificate' -keyout "$DIR/stand-in.key" -out "$DIR/stand-in.crt") 2>/dev/null ||
    fail 'openssl cannot make the stand-in certificate'
}

# Prints what is wrong with the pair, in words; nothing when it can be served.
certificate_problem() {
  [ -s "$1" ] || { echo 'tls.crt is empty or missing'; return; }
  [ -s "$2" ] || { echo 'tls.key is empty or missing'; return; }
  certificate_key=$(openssl x509 -noout -pubkey -in "$1" 2>/dev/null) || { echo 'tls.crt is not a PEM certificate'; return; }
  private_key=$(openssl pkey -pubout -passin pass: -in "$2" 2>/dev/null) || { echo 'tls.key is not a PEM private key'; return; }
  [ "$certificate_key" = "$private_key" ] || { echo 'tls.key does not belong to tls.crt'; return; }
  openssl x509 -noout -checkend 0 -in "$1" >/dev/null || echo "it has expired: $(openssl x509 -noout -enddate -in "$1")"
}

# load_certificate: sets CERTIFICATE (a path without .crt and .key), certificate_state and certificate_broken.
load_certificate() {
  certificate_broken=0
  if [ -e "$TLS_DIR/tls.crt" ] || [ -e "$TLS_DIR/tls.key" ]; then
    rm -f "$DIR/candidate.crt" "$DIR/candidate.key"
    (umask 077 && cp "$TLS_DIR/tls.crt" "$DIR/candidate.crt" && cp "$TLS_DIR/tls.key" "$DIR/candidate.key") 2>/dev/null || true
    problem=$(certificate_problem "$DIR/candidate.crt" "$DIR/candidate.key")
    if [ -z "$problem" ]; then
      # Under the certificate's own name, so that what nginx runs with is never overwritten while it reads.
      fingerprint=$(openssl x509 -noout -fingerprint -sha256 -in "$DIR/candidate.crt" | tr -dc '0-9A-F' | cut -c 4-35)
      mkdir -p "$DIR/certificates"
      mv "$DIR/candidate.crt" "$DIR/certificates/$fingerprint.crt"
      mv "$DIR/candidate.key" "$DIR/certificates/$fingerprint.key"
      printf %s "$fingerprint" >"$DIR/certificates/good"
    else
      certificate_broken=1
      say error "Secret rotisserie-tls cannot be served: $problem" kept "$(cat "$DIR/certificates/good" 2>/dev/null || echo stand-in)"
    fi
  elif [ -s "$DIR/certificates/good" ]; then
    say warn 'Secret rotisserie-tls is gone: the last good certificate stays until this pod ends'
  fi
  rm -f "$DIR/candidate.crt" "$DIR/candidate.key"
  good=$(cat "$DIR/certificates/good" 2>/dev/null || true)
  if [ -n "$good" ]; then
    CERTIFICATE=$DIR/certificates/$good
    certificate_state=issued
    HSTS=$HSTS_WANTED
    for host in $HOSTS; do
      openssl x509 -noout -checkhost "$host" -in "$CERTIFICATE.crt" | grep -q 'does match' ||
        say warn "the certificate is not for $host"
    done
  else
    CERTIFICATE=$DIR/stand-in
    certificate_state=stand-in
    HSTS=
  fi
  export CERTIFICATE HSTS
}

not_after_seconds() {
  date -u -d "$(openssl x509 -noout -enddate -in "$CERTIFICATE.crt" | cut -d = -f 2)" +%s 2>/dev/null || echo 0
}

serial() {
  openssl x509 -noout -serial -in "$CERTIFICATE.crt" | cut -d = -f 2
}
