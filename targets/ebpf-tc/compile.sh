# Read by up: compiles the programs for the set-up, once for each; sets OBJECT. What is compiled stays in the cache of Proto41.

# In the node TMPDIR is its own and empty, and so may HOME be.
CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/proto41/ebpf-tc
FLAGS="-O2 -g -Wall -Wextra -Werror -target bpf -mcpu=v3"

compile() {
  command -v clang >/dev/null || unsupported 'clang is not installed (Debian package clang), and the programs are compiled here'
  architecture=$(uname -m)
  include=/usr/include/$architecture-linux-gnu
  [ ! -d "$include" ] || FLAGS="$FLAGS -idirafter $include"
  key=$({ write_config && cat overlay.bpf.c bpf/*.h && echo "$FLAGS" && ls -lL "$(command -v clang)"; } | sha256sum) || exit 1
  OBJECT=$CACHE/${key%% *}.o
  [ ! -e "$OBJECT" ] || return 0

  mkdir -p "$CACHE" || exit 1
  # The name tells which process it belongs to; what a killed one has left is old after an hour.
  find "$CACHE" -name '*.tmp' -mmin +60 -exec rm -rf {} +
  temporary=$(mktemp -d "$CACHE/XXXXXX.tmp") || exit 1
  write_config >"$temporary/config.h"
  if ! clang $FLAGS -I "$temporary" -c overlay.bpf.c -o "$temporary/overlay.o" 2>"$temporary/complaints"; then
    complaints=$(cat "$temporary/complaints")
    rm -rf "$temporary"
    case $complaints in
    *'bpf/bpf_helpers.h'*'not found'* | *'bpf/bpf_endian.h'*'not found'*)
      unsupported 'the headers of libbpf are not installed (Debian package libbpf-dev)'
      ;;
    *'asm/types.h'*'not found'* | *'linux/bpf.h'*'not found'*)
      unsupported 'the headers of the kernel are not installed (Debian package linux-libc-dev)'
      ;;
    esac
    printf 'ebpf-tc: clang: %s\n' "$complaints" >&2
    exit 1
  fi
  mv "$temporary/overlay.o" "$OBJECT" || exit 1
  rm -rf "$temporary"
}
