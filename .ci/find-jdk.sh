# Sourced by ./holdfast and ./verify. find_jdk sets holdfast_jdk to a JDK 25 or newer, or returns 1.
# It reads each JDK's "release" file: starting every java found would cost more than the program.

jdk_is_new_enough() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  while IFS= read -r holdfast_jdk_line; do
    case $holdfast_jdk_line in
      JAVA_VERSION=*)
        holdfast_jdk_line=${holdfast_jdk_line#*\"}
        holdfast_jdk_line=${holdfast_jdk_line%%[!0-9]*}
        [ "${holdfast_jdk_line:-0}" -ge 25 ]
        return
        ;;
    esac
  done <"$1/release"
  return 1
}

find_jdk() {
  if [ -n "${JAVA_HOME:-}" ] && jdk_is_new_enough "$JAVA_HOME"; then
    holdfast_jdk=$JAVA_HOME
    return 0
  fi
  holdfast_jdk_on_path=$(readlink -f "$(command -v java)" 2>/dev/null) || holdfast_jdk_on_path=
  for holdfast_jdk_candidate in "${holdfast_jdk_on_path%/bin/java}" \
    /usr/lib/jvm/* /usr/local/lib/jvm/* /usr/java/* /opt/* /opt/java/* \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/*; do
    if jdk_is_new_enough "$holdfast_jdk_candidate"; then
      holdfast_jdk=$holdfast_jdk_candidate
      return 0
    fi
  done
  return 1
}
