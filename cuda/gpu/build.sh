#!/usr/bin/env bash
# build.sh OUT: builds all that a machine with a GPU needs to test and measure package cuda, on a machine without one, into the
# folder OUT. The other machine then needs neither Go nor a toolkit nor this repository: OUT/run.sh OUT RESULTS is all.
# GOARCH=arm64 builds for another processor; PACKAGES are those whose tests are built (./cuda/...).
set -euo pipefail
[ $# = 1 ] || { echo "usage: $0 OUT" >&2; exit 2; }
mkdir -p "$1/tests"
out=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export CGO_ENABLED=0 GOOS=linux

packages=$(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ${PACKAGES:-./cuda/...})
for package in $packages; do
  name=$(go list -f '{{.ImportPath}}' "$package" | sed 's|.*/triad/||; s|/|_|g')
  go test -c -ldflags '-s -w' -o "$out/tests/$name.test" "$package"
done
go build -ldflags '-s -w' -o "$out/" ./cmd/stream ./cuda/gpu/measure
cp bench/cuda/stream.cu cuda/gpu/run.sh "$out/"
chmod +x "$out/run.sh"
(git describe --always --dirty 2>/dev/null || echo unknown) >"$out/revision"
