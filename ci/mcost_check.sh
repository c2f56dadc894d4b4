#!/bin/sh
# Runs `mcost check` with what a CI system gives in variables; its exit status is that of mcost: 3 is a regression.
#
#   MCOST_FIRMWARE   ELF file, or the JSON report of a run       MCOST_BOARD    name or file; not with a report
#   MCOST_BASELINE   file that `mcost check --bless` wrote       MCOST_PROGRAM  (mcost)
#   MCOST_TOLERANCE  1%    MCOST_LIMITS  file    MCOST_JUNIT  file    MCOST_MARKDOWN  file    MCOST_BENCHMARK_JSON  file
#   MCOST_OPTIONS    further options, one word a line
set -eu

set -- check "${MCOST_FIRMWARE:?name the firmware}"
add() {
  [ -z "$2" ] || arguments="$arguments
$1
$2"
}
arguments=""
add --board "${MCOST_BOARD:-}"
add --baseline "${MCOST_BASELINE:-}"
add --tolerance "${MCOST_TOLERANCE:-}"
add --limits "${MCOST_LIMITS:-}"
add --junit "${MCOST_JUNIT:-}"
add --markdown "${MCOST_MARKDOWN:-}"
add --benchmark-json "${MCOST_BENCHMARK_JSON:-}"
[ -z "${GITHUB_STEP_SUMMARY:-}" ] || arguments="$arguments
--github-summary"

while IFS= read -r word; do
  [ -z "$word" ] || set -- "$@" "$word"
done <<EOF
$arguments
${MCOST_OPTIONS:-}
EOF

exec "${MCOST_PROGRAM:-mcost}" "$@"
