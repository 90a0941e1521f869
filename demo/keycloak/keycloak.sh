#!/usr/bin/env bash
# A real Keycloak on 127.0.0.1, for the demo and for tests: one process, without TLS; its admin is admin, with the password admin.
#   keycloak.sh prepare           fetches and builds it, if that has not been done
#   keycloak.sh run PORT FOLDER   prepares and runs it, with its database in FOLDER, until standard input ends or a signal comes;
#                                 first prints KEYCLOAK_PID=, the id of its process group; makes the realms of FOLDER/import
# KEYCLOAK_VERSION and KEYCLOAK_DIR (in the cache folder of the user) may be set. Needs Java 17 or later and, to fetch 176 MB from
# Maven Central once, Maven.
set -euo pipefail
version=${KEYCLOAK_VERSION:-26.7.3}
dir=${KEYCLOAK_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/openhands-express/keycloak}
home=$dir/keycloak-$version
# A short-lived server needs no second compiler: half the processor time of a start.
export JAVA_OPTS_APPEND=${JAVA_OPTS_APPEND:--XX:TieredStopAtLevel=1}
export JAVA_OPTS_KC_HEAP=${JAVA_OPTS_KC_HEAP:--Xms128m -Xmx640m}

# Whether there is a Java that is new enough. On macOS there is a program of this name without one.
has_java() {
  local said
  said=$(java -version 2>&1) && [[ $said =~ version\ \"([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -ge 17 ]
}

look_for_programs() {
  local missing=() debian=() brew=()
  has_java || { missing+=('Java 17 or later'); debian+=(openjdk-17-jre-headless); brew+=(openjdk@17); }
  [ -e "$home/.built" ] || command -v mvn >/dev/null || { missing+=('Maven'); debian+=(maven); brew+=(maven); }
  [ ${#missing[@]} -gt 0 ] || return 0
  local names=${missing[0]}${missing[1]:+ and ${missing[1]}}
  echo "Keycloak needs $names. On Debian: apt-get install ${debian[*]}; with Homebrew: brew install ${brew[*]}" >&2
  exit 1
}

# Is made beside its place and put there when it is whole, so that several may do it at the same time.
prepare() {
  look_for_programs
  [ ! -e "$home/.built" ] || return 0
  echo "Fetching Keycloak $version (176 MB, once) into $dir"
  mkdir -p "$dir"
  local new
  new=$(mktemp -d "$dir/new.XXXXXX")
  # shellcheck disable=SC2064 # It is this folder, whatever the name means later.
  trap "rm -rf '$new'" EXIT
  mvn -q -B dependency:copy "-Dartifact=org.keycloak:keycloak-quarkus-dist:$version:tar.gz" "-DoutputDirectory=$new" >&2
  tar -xzf "$new/keycloak-quarkus-dist-$version.tar.gz" -C "$new"
  "$new/keycloak-$version/bin/kc.sh" build --db dev-file >"$new/build.log" 2>&1 || { tail -20 "$new/build.log" >&2; exit 1; }
  touch "$new/keycloak-$version/.built"
  [ -e "$home/.built" ] || mv "$new/keycloak-$version" "$home"
  rm -rf "$new"
}

# Keycloak imports from below its home only: prints the options for one with the realms of this folder, if it has any.
import_options() {
  local folder=$1 part
  [ -d "$folder/import" ] || return 0
  mkdir -p "$folder/home/data"
  for part in conf lib providers themes; do ln -sfn "$home/$part" "$folder/home/$part"; done
  ln -sfn "$folder/import" "$folder/home/data/import"
  printf '%s\n' --import-realm "-Dkc.home.dir=$folder/home"
}

serve() {
  local port=$1 folder=$2 import=() option
  prepare
  echo 'Starting Keycloak'
  export KC_BOOTSTRAP_ADMIN_USERNAME=admin KC_BOOTSTRAP_ADMIN_PASSWORD=admin
  export JAVA_OPTS_APPEND="$JAVA_OPTS_APPEND -Dquarkus.transaction-manager.object-store.directory=$folder/transactions"
  while read -r option; do import+=("$option"); done < <(import_options "$folder")
  exec "$home/bin/kc.sh" start ${import[@]+"${import[@]}"} --optimized --http-enabled true --http-host 127.0.0.1 --http-port "$port" --hostname-strict false \
    --cache local --db-url "jdbc:h2:file:$folder/keycloak;NON_KEYWORDS=VALUE;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE" </dev/null >>"$folder/keycloak.log" 2>&1
}

# Ends a process group: with patience, and then without.
end() {
  local tries
  kill -TERM -- "-$1" 2>/dev/null || return 0
  for ((tries = 0; tries < 100; tries++)); do
    kill -0 -- "-$1" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL -- "-$1" 2>/dev/null || true
}

run() {
  local server watcher status=0
  # Before there is anything to end.
  look_for_programs
  # Each in a process group of its own, so that all that it has started ends with it: Maven, tar, Java.
  set -m
  exec 3<&0
  serve "$@" </dev/null &
  server=$!
  echo "KEYCLOAK_PID=$server"
  # Standard input ends with the process that has begun this, even when that was killed.
  { cat <&3 >/dev/null; kill -TERM $$; } 2>/dev/null &
  watcher=$!
  # With job control, wait would return when Keycloak is stopped; it would then be orphaned, and so hung up and continued.
  set +m
  # shellcheck disable=SC2064 # As above.
  trap "trap '' TERM INT; end $server; end $watcher; exit 0" TERM INT
  wait "$server" || status=$?
  end "$watcher"
  [ ! -e "$2/keycloak.log" ] || tail -40 "$2/keycloak.log" >&2
  exit "$status"
}

case ${1:-} in
  prepare) prepare ;;
  run) run "$2" "$3" ;;
  *)
    echo 'keycloak.sh prepare | run PORT FOLDER' >&2
    exit 2
    ;;
esac
