#!/usr/bin/env bash
# A real Keycloak on 127.0.0.1 for a check: H2 in a scratch folder, one process, no TLS.
#   start-keycloak.sh start   prints KEYCLOAK_URL, KEYCLOAK_PID and how long it took, and leaves it running
#   start-keycloak.sh prepare fetches and builds it, if that has not been done
#   start-keycloak.sh stop    ends the one of KEYCLOAK_PID and KEYCLOAK_HOME, or else the last that "start" has begun (its own process group, by its id)
# KEYCLOAK_VERSION (26.7.3), KEYCLOAK_DIR (in the cache folder of the user), KEYCLOAK_PORT (a free one), KEYCLOAK_FEATURES (Keycloak's own).
# With KEYCLOAK_HOME "start" goes on with what is there: for one that was killed.
# Needs Java 17 or later, Maven (fetches 176 MB from Maven Central, once), curl and python3. Admin: admin/admin.
set -euo pipefail
version=${KEYCLOAK_VERSION:-26.7.3}
dir=${KEYCLOAK_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/openhands-express/keycloak}
features=${KEYCLOAK_FEATURES:-}
dist=$dir/dist/keycloak-$version
built=$dir/built-$version-${features//[^a-z0-9]/_}
run=$dir/run
mkdir -p "$dir/dist" "$run"
# A short-lived server needs no second compiler: half the processor time of a start.
export JAVA_OPTS_APPEND=${JAVA_OPTS_APPEND:--XX:TieredStopAtLevel=1}
export JAVA_OPTS_KC_HEAP=${JAVA_OPTS_KC_HEAP:--Xms128m -Xmx640m}

# copy FROM TO: hard links for what is only read; configuration and the result of "build" are copies.
copy() {
  cp -al "$1/." "$2/"
  rm -rf "$2/data" "$2/conf" "$2/lib/quarkus"
  cp -a "$1/conf" "$2/conf"
  cp -a "$1/lib/quarkus" "$2/lib/quarkus"
}

prepare() {
  if [ ! -x "$dist/bin/kc.sh" ]; then
    mvn -q -B dependency:copy "-Dartifact=org.keycloak:keycloak-quarkus-dist:$version:tar.gz" "-DoutputDirectory=$dir/dist" >&2
    tar -xzf "$dir/dist/keycloak-quarkus-dist-$version.tar.gz" -C "$dir/dist"
  fi
  if [ ! -e "$built/.built" ]; then
    rm -rf "$built"; mkdir -p "$built"; copy "$dist" "$built"
    "$built/bin/kc.sh" build --db dev-file --health-enabled true ${features:+--features "$features"} >"$run/build.log" 2>&1 || { tail -20 "$run/build.log" >&2; exit 1; }
    touch "$built/.built"
  fi
}

free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
now() { date +%s%N; }

start() {
  local began port mgmt home pid
  began=$(now); prepare
  port=${KEYCLOAK_PORT:-$(free_port)}; mgmt=$(free_port); home=${KEYCLOAK_HOME:-}
  if [ -z "$home" ]; then home=$(mktemp -d "$run/home.XXXXXX"); copy "$built" "$home"; fi
  local prepared; prepared=$(now)
  KC_BOOTSTRAP_ADMIN_USERNAME=admin KC_BOOTSTRAP_ADMIN_PASSWORD=admin setsid "$home/bin/kc.sh" start --optimized \
    --http-enabled true --http-host 127.0.0.1 --http-port "$port" --http-management-host 127.0.0.1 --http-management-port "$mgmt" \
    --hostname-strict false --cache local >>"$home/keycloak.log" 2>&1 </dev/null &
  pid=$!
  echo "$pid" >"$run/pid"; echo "$home" >"$run/home"
  for _ in $(seq 1 1500); do
    if curl -fsS -o /dev/null -m 2 "http://127.0.0.1:$mgmt/health/ready" 2>/dev/null; then
      echo "KEYCLOAK_URL=http://127.0.0.1:$port"
      echo "KEYCLOAK_PID=$pid"
      echo "KEYCLOAK_HOME=$home"
      echo "KEYCLOAK_PREPARED_MS=$(((prepared - began) / 1000000))"
      echo "KEYCLOAK_STARTED_MS=$((($(now) - prepared) / 1000000))"
      return
    fi
    kill -0 "$pid" 2>/dev/null || { tail -40 "$home/keycloak.log" >&2; exit 1; }
    sleep 0.2
  done
  tail -40 "$home/keycloak.log" >&2; kill -- "-$pid"; exit 1
}

stop() {
  local pid home; pid=${KEYCLOAK_PID:-$(cat "$run/pid")}; home=${KEYCLOAK_HOME:-$(cat "$run/home")}
  kill -TERM -- "-$pid" 2>/dev/null || true
  for _ in $(seq 1 100); do kill -0 -- "-$pid" 2>/dev/null || break; sleep 0.1; done
  kill -KILL -- "-$pid" 2>/dev/null || true
  rm -rf "$home"
}

case ${1:-start} in prepare) prepare ;; start) start ;; stop) stop ;; *) echo "prepare | start | stop" >&2; exit 2 ;; esac
