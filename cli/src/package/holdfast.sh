#!/bin/sh
# Holdfast, packaged: a runtime, its jars and a cache for a quick start, in one folder that may lie anywhere.
holdfast_home=$(readlink -f "$0") || exit 125
holdfast_home=${holdfast_home%/bin/*}
HOLDFAST_PROGRAM=$holdfast_home/bin/holdfast # who calls it again by its path
export HOLDFAST_PROGRAM
. "$holdfast_home/lib/launch.sh"
if holdfast_is_gate "$@"; then holdfast_run_gate "$holdfast_home/bin/holdfast-gate" "$@"; fi
holdfast_run "$holdfast_home" "$@"
