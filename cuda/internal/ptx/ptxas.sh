#!/bin/sh
# Prints the path of NVIDIA's assembler, ptxas: the one of the PATH, or that of Debian's package nvidia-cuda-toolkit (non-free,
# some 84 MB to download), which is unpacked into the user's cache directory. Nothing is installed.
#
# Usage: TRIAD_PTXAS=$(ptxas.sh) go test ./cuda/internal/ptx
# Exit status: 3 if it cannot be had here, for want of apt or of the network.
set -eu

suite=bookworm
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
file=${XDG_CACHE_HOME:-$HOME/.cache}/triad/ptxas/ptxas

cannot() {
	echo "ptxas: $1" >&2
	exit 3
}

if command -v ptxas; then
	exit
fi
if [ ! -x "$file" ]; then
	[ "$(uname -m)" = x86_64 ] || cannot "Debian has it for amd64 alone"
	for tool in apt-get dpkg-deb tar; do
		command -v $tool >/dev/null || cannot "no $tool to fetch it with"
	done
	[ -e $keyring ] || cannot "no $keyring to check Debian's packages with"
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		grep -E '^https?://[^@]*/debian/?$' | head -n 1 | grep . || echo http://deb.debian.org/debian)
	mkdir -p "$(dirname "$file")"
	temp=$(mktemp -d "$(dirname "$file")/fetch.XXXXXX")
	trap 'rm -rf "$temp"' EXIT
	mkdir -p "$temp/lists/partial" "$temp/cache/archives/partial" "$temp/files"
	echo "deb [signed-by=$keyring] $mirror $suite non-free" >"$temp/sources.list"
	apt="apt-get -q -o Dir::Etc::sourcelist=$temp/sources.list -o Dir::Etc::sourceparts=- -o Dir::State::lists=$temp/lists
		-o Dir::Cache=$temp/cache -o APT::Sandbox::User=root -o Acquire::Languages=none"
	$apt update >"$temp/log" 2>&1 || { cat "$temp/log" >&2; cannot "no list of Debian's packages"; }
	(cd "$temp" && $apt download "nvidia-cuda-toolkit/$suite") >"$temp/log" 2>&1 || { cat "$temp/log" >&2; cannot "no package nvidia-cuda-toolkit"; }
	dpkg-deb --fsys-tarfile "$temp"/nvidia-cuda-toolkit_*.deb | tar -x -C "$temp/files" ./usr/bin/ptxas
	mv "$temp/files/usr/bin/ptxas" "$file"
fi
echo "$file"
