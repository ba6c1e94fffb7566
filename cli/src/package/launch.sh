# Sourced by the packaged program and by ./holdfast of a checkout.
# The program reads its arguments, which may be any bytes, from /proc/self/cmdline: nothing may follow
# the name of the main class but the user's own. Variables are called holdfast_*, and none but HOLDFAST_PROGRAM is
# exported, because the commands that the program runs inherit this environment.

# Whether the command is the gate, a program of its own that needs no JVM. Global options may come before its name.
holdfast_is_gate() {
  while [ "$#" -gt 0 ]; do
    case $1 in
      gate) return 0 ;;
      --state) [ "$#" -ge 2 ] && shift ;;
      --state=* | --json | -v | --verbose) ;;
      *) return 1 ;;
    esac
    shift
  done
  return 1
}

# Becomes the gate $1 with the arguments that follow.
holdfast_run_gate() {
  holdfast_gate=$1
  shift
  holdfast_state=
  while [ "$1" != gate ]; do
    case $1 in
      --state)
        holdfast_state=$2
        shift
        ;;
      --state=*) holdfast_state=${1#--state=} ;;
    esac
    shift
  done
  shift
  exec "$holdfast_gate" ${holdfast_state:+"--state=$holdfast_state"} "$@"
}

# Becomes the program in the folder $1 with the arguments that follow.
holdfast_run() {
  holdfast_image=$1
  shift
  case $holdfast_image in
    *:*)
      echo "holdfast: cannot run from $holdfast_image: a class path may not hold a colon" >&2
      exit 125
      ;;
  esac
  holdfast_class_path=
  for holdfast_jar in "$holdfast_image"/lib/*.jar; do
    holdfast_class_path=$holdfast_class_path${holdfast_class_path:+:}$holdfast_jar
  done
  # The first compiler alone starts faster; what moves many bytes is worth both.
  # What wraps a command hands its limits on, and keeps what Java has to say out of its stdout.
  holdfast_flags=-XX:+TieredCompilation
  holdfast_is_value=
  for holdfast_argument in "$@"; do
    if [ -n "$holdfast_is_value" ]; then
      holdfast_is_value=
      continue
    fi
    case $holdfast_argument in
      --state) holdfast_is_value=yes ;;
      status | log | doctor | root | sql | --help | --version)
        holdfast_flags=-XX:TieredStopAtLevel=1
        break
        ;;
      run | exec | commit | diff)
        holdfast_flags="$holdfast_flags -XX:-MaxFDLimit -XX:+DisplayVMOutputToStderr"
        break
        ;;
      -*) ;;
      *) break ;;
    esac
  done
  # A cache that does not fit (another CPU, another kernel) is passed over in silence.
  # shellcheck disable=SC2086 # several words
  exec "$holdfast_image/lib/runtime/bin/java" -XX:AOTCache="$holdfast_image/lib/holdfast.aot" \
    -Xlog:disable -Xlog:all=error,aot*=off,cds*=off:stderr -XX:+UseSerialGC $holdfast_flags -Xmx256m \
    --enable-native-access=ALL-UNNAMED -cp "$holdfast_class_path" dev.holdfast.cli.Main "$@"
}
