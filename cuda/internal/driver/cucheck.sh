#!/bin/sh
# Checks that the packages under cuda build with the tag cu, against NVIDIA's headers of CUDA 12, and runs the
# tests that need these headers or NVIDIA's library. No GPU is needed and nothing is installed.
#
# cuda.h, the toolkit's stub to link with and the driver's library are taken out of Debian's packages nvidia-cuda-dev
# (some 900 MB to download) and libcuda1 (non-free), and kept in the user's cache directory. Where they are, nothing is
# downloaded.
#
# Usage: cucheck.sh            from anywhere
#        cucheck.sh fetch      only downloads
# Exit status: 3 if the files cannot be had here, for want of apt or of the network.
set -eu
cd "$(dirname "$0")/../../.."

suite=trixie
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
files=${XDG_CACHE_HOME:-$HOME/.cache}/triad/cuda12

cannot() {
	echo "cucheck: $1" >&2
	exit 3
}

# mirror is Debian's mirror that apt is set to use, or Debian's own.
mirror() {
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		grep -E '^https?://[^@]*/debian/?$' | head -n 1 | grep . || echo http://deb.debian.org/debian
}

fetch() {
	for tool in apt-get dpkg-deb tar; do
		command -v $tool >/dev/null || cannot "no $tool to fetch cuda.h with"
	done
	[ -e $keyring ] || cannot "no $keyring to check Debian's packages with"
	mkdir -p "$(dirname "$files")"
	temp=$(mktemp -d "$(dirname "$files")/fetch.XXXXXX")
	trap 'rm -rf "$temp"' EXIT
	mkdir -p "$temp/lists/partial" "$temp/cache/archives/partial" "$temp/files"
	echo "deb [signed-by=$keyring] $(mirror) $suite non-free" >"$temp/sources.list"
	apt="apt-get -q -o Dir::Etc::sourcelist=$temp/sources.list -o Dir::Etc::sourceparts=- -o Dir::State::lists=$temp/lists
		-o Dir::Cache=$temp/cache -o APT::Sandbox::User=root -o Acquire::Languages=none"
	$apt update >"$temp/log" 2>&1 || { cat "$temp/log" >&2; cannot "no list of Debian's packages"; }
	# The indices of other suites may lack the packages: those of this one are named.
	(cd "$temp" && $apt download "nvidia-cuda-dev/$suite" "libcuda1/$suite") >"$temp/log" 2>&1 ||
		{ cat "$temp/log" >&2; cannot "no packages nvidia-cuda-dev and libcuda1"; }
	dpkg-deb --fsys-tarfile "$temp"/nvidia-cuda-dev_*.deb |
		tar -x -C "$temp/files" --wildcards ./usr/include/cuda.h './usr/lib/*/stubs/libcuda.so*'
	dpkg-deb --fsys-tarfile "$temp"/libcuda1_*.deb |
		tar -x -C "$temp/files" --wildcards './usr/lib/*/libcuda.so*'
	rm -rf "$files"
	mv "$temp/files" "$files"
	rm -rf "$temp"
	trap - EXIT
}

[ -e "$files/usr/include/cuda.h" ] || fetch
[ "${1:-}" = fetch ] && exit

stubs=$(dirname "$(ls "$files"/usr/lib/*/stubs/libcuda.so | head -n 1)")
export CGO_ENABLED=1 CGO_CFLAGS="-I$files/usr/include" CGO_LDFLAGS="-L$stubs"
go vet -tags cu ./cuda/... ./cmd/...
go build -tags cu ./cuda/... ./cmd/...
TRIAD_CUCHECK=1 go test -count=1 -run 'TestHeader|TestSticky|TestTagCu|TestOpenWithoutGPU' ./cuda/internal/driver
