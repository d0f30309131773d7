#!/usr/bin/env bash
# run.sh FOLDER OUT: tests and measures package cuda on this machine's GPU with what build.sh built into FOLDER: tests, conformance,
# bits, launches, first kernels, host arrays, STREAM, and the same kernels in CUDA C where there is an nvcc. OUT gets report.md, report.json
# and log.txt. A step that fails is told and stops no other; the exit status is then 1. It takes less than ten minutes.
#
# From the environment: EXECUTOR (cuda; "cuda:1" is another GPU), N, the elements of STREAM's arrays (2^28), PROGRAMS, the random
# programs to compare (10000), ELEMENTS, the arguments of each function (2^20), BYTES of an array of the host (2^28), RUNS of a small
# kernel (20000), SECONDS_MOST for it all (570), NVCC.
set -uo pipefail
[ $# = 2 ] || { echo "usage: $0 FOLDER OUT" >&2; exit 2; }
folder=$(cd "$1" && pwd) || exit 2
mkdir -p "$2" && out=$(cd "$2" && pwd) || exit 2
executor=${EXECUTOR:-cuda} n=${N:-268435456} programs=${PROGRAMS:-10000} elements=${ELEMENTS:-1048576} most=${SECONDS_MOST:-570}
bytes=${BYTES:-268435456} runs=${RUNS:-20000}
began=$(date +%s) failed=0
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work
log=$out/log.txt
: >"$log"
: >"$work/steps"

# step NAME SECONDS COMMAND...: runs a step for so long at the most; its output is in $work/NAME, what it says besides in the log.
step() {
  local name=$1 seconds=$2 left status start
  shift 2
  start=$(date +%s)
  left=$((began + most - start))
  ((seconds < left)) || seconds=$left
  printf '\n== %s: %s\n' "$name" "$*" >>"$log"
  if ((seconds < 1)); then
    status="no time left"
    : >"$work/$name"
  else
    (cd "$work" && timeout -k 5 "$seconds" "$@") >"$work/$name" 2>"$work/errors"
    case $? in
      0) status=ok ;;
      124 | 137) status="FAILED: more than $seconds s" ;;
      *) status="FAILED: $(grep -v '^ *$' "$work/errors" "$work/$name" -h | grep -m 1 -i -e fail -e error -e panic -e : | tr '|\\"\t' "/'' " | cut -c 1-200)" ;;
    esac
    cat "$work/$name" "$work/errors" >>"$log"
  fi
  [ "$status" = ok ] || failed=1
  printf '%s\t%s\t%s\n' "$name" "$status" "$(($(date +%s) - start))" | tee -a "$work/steps"
}

# Tests. Those that need a device of their own open it; those of the fake driver need a C compiler, and skip without.
for test in "$folder"/tests/*.test; do
  case $test in
    */cuda_gpu_measure.test) step conformance 90 "$test" -test.run Conformance -test.v -test.timeout 85s ;;
    *) step "test-$(basename "$test" .test)" 120 "$test" -test.short -test.timeout 115s ;;
  esac
done
skipped=$(grep -s -m 1 'no GPU here' "$work/conformance" | tr '|\\"\t' "/'' ")

# Bits and costs.
step bits 280 "$folder/measure" -executor "$executor" -only bits -programs "$programs" -elements "$elements" -limit 180s -json "$work/bits.json"
step costs 90 "$folder/measure" -executor "$executor" -only launch,latency,host -runs "$runs" -bytes "$bytes" -json "$work/costs.json"

# STREAM, and CUDA C beside it.
step stream-float64 60 "$folder/stream" -executor "$executor" -s "$n" -n 50 -csv
step stream-float32 60 "$folder/stream" -executor "$executor" -s "$n" -n 50 -float -csv
transfers=no
if [[ $executor == cuda* ]]; then
  transfers=yes
  step transfers 45 "$folder/stream" -executor "$executor" -transfers
fi
nvcc=${NVCC:-$(PATH=$PATH:/usr/local/cuda/bin command -v nvcc)}
if [ -n "$nvcc" ]; then
  capability=$(sed -n 's/.*"compute_capability": "\([0-9]*\)\.\([0-9]*\)".*/\1\2/p' "$work/costs.json" 2>/dev/null | head -n 1)
  step nvcc 180 "$nvcc" -O3 -std=c++17 "-arch=sm_${capability:-80}" -o "$work/stream-cuda" "$folder/stream.cu"
  [ -x "$work/stream-cuda" ] && step cuda-c 90 "$work/stream-cuda" -n "$n"
fi

# The figures of CUDA C by the host's clock, as Triad's are, of one line each in its JSON, as "type kernel best median".
figures() {
  [ -f "$work/cuda-c" ] && sed -n 's/.*"kernel": "\([^"]*\)", "type": "\([^"]*\)".*"best_host_bytes_per_sec": \([^,]*\), "median_host_bytes_per_sec": \([^,]*\),.*/\2 \1 \3 \4/p' "$work/cuda-c"
}

# The figures of STREAM, likewise: the columns of the CSV have names.
triad() {
  cat "$work/stream-float64" "$work/stream-float32" 2>/dev/null | awk -F, '
    $1 == "executor" { for (i = 1; i <= NF; i++) column[$i] = i; next }
    NF > 10 { print $column["type"], tolower($column["function"]), 1e6 * $column["max_mbytes_per_sec"], 1e6 * $column["median_mbytes_per_sec"], $column["fraction_of_limit"] }'
}
figures >"$work/c" || : >"$work/c"
triad >"$work/t"

value() { sed -n "s/^ *\"$1\": \"\(.*\)\",\{0,1\}$/\1/p" "$work/costs.json" "$work/bits.json" 2>/dev/null | head -n 1; }
smi=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null | head -n 1)
device=$(value model) api=$(value driver) date=$(date -u +%Y-%m-%dT%H:%M:%SZ) revision=$(cat "$folder/revision" 2>/dev/null)

{
  printf '# %s on %s\n\n%s, driver %s (API %s), revision %s\n' "$executor" "${device:-an unknown device}" "$date" "${smi:-unknown}" "${api:-unknown}" "${revision:-unknown}"
  printf '\n| step | status | seconds |\n|---|---|---|\n'
  awk -F '\t' '{ printf "| %s | %s | %s |\n", $1, $2, $3 }' "$work/steps"
  [ -z "$skipped" ] || printf '\nConformance was skipped: %s\n' "$skipped"
  if [ -s "$work/t" ] || [ -s "$work/c" ]; then
    printf '\n## STREAM, arrays of %s elements\n\n| type | kernel | Triad best GB/s | median | of limit | CUDA C best GB/s | median | Triad / CUDA C, medians |\n|---|---|---|---|---|---|---|---|\n' "$n"
    awk '
      function row(key, t, c) {
        split(key, k, " ")
        printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", k[1], k[2], t ? gb(best[key]) : "-", t ? gb(median[key]) : "-", t ? sprintf("%.1f%%", 100 * limit[key]) : "-",
          c ? gb(cbest[key]) : "-", c ? gb(cmedian[key]) : "-", t && c ? sprintf("%.3f", median[key] / cmedian[key]) : "-"
      }
      function gb(v) { return sprintf("%.1f", v / 1e9) }
      { key = $1 " " $2 }
      !(key in seen) { seen[key] = 1; order[++n] = key }
      FILENAME ~ /t$/ { best[key] = $3; median[key] = $4; limit[key] = $5; next }
      { cbest[key] = $3; cmedian[key] = $4 }
      END { for (i = 1; i <= n; i++) row(order[i], order[i] in best, order[i] in cbest) }' "$work/t" "$work/c"
    printf '\nLaunches are timed by the clock of the host, from the call until the result is there; report.json has those of CUDA C by events on the device, too.\n'
  fi
  for part in bits costs; do
    [ ! -s "$work/$part" ] || { echo; cat "$work/$part"; }
  done
  [ "$transfers" = no ] || { printf '\n## Copies between host and device\n\n```\n'; cat "$work/transfers"; printf '```\n'; }
} >"$out/report.md"

# file NAME: a JSON file as a value, null if there is none.
file() { if [ -s "$1" ]; then cat "$1"; else echo null; fi; }
{
  printf '{\n"executor": "%s",\n"device": "%s",\n"driver": "%s",\n"driver_api": "%s",\n"date": "%s",\n"revision": "%s",\n"n_elements": %s,\n"steps": [' \
    "$executor" "$device" "$smi" "$api" "$date" "$revision" "$n"
  awk -F '\t' '{ printf "%s\n  {\"name\": \"%s\", \"status\": \"%s\", \"seconds\": %s}", (NR > 1 ? "," : ""), $1, $2, $3 }' "$work/steps"
  printf '\n],\n"stream": ['
  awk '{ printf "%s\n  {\"type\": \"%s\", \"kernel\": \"%s\", \"best_bytes_per_sec\": %.0f, \"median_bytes_per_sec\": %.0f, \"fraction_of_limit\": %s}", (NR > 1 ? "," : ""), $1, $2, $3, $4, $5 }' "$work/t"
  printf '\n],\n"bits": '
  file "$work/bits.json"
  printf ',\n"costs": '
  file "$work/costs.json"
  printf ',\n"cuda_c": '
  if grep -q '^}' "$work/cuda-c" 2>/dev/null; then cat "$work/cuda-c"; else echo null; fi
  printf '}\n'
} >"$out/report.json"

cat "$out/report.md"
exit $failed
