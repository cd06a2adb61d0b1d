# Read by up: compiles the program and configures a copy of it, OBJECT. What is compiled stays in the cache of Proto41.

CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/proto41/ebpf-tc
FLAGS='-O2 -g -Wall -Wextra -Werror -target bpf -mcpu=v3'

refuse_without_headers() { # complaints of clang
  case $1 in
  *'bpf/bpf_helpers.h'*'not found'* | *'bpf/bpf_endian.h'*'not found'*)
    unsupported 'the headers of libbpf are not installed (Debian package libbpf-dev)'
    ;;
  *'asm/types.h'*'not found'* | *'linux/bpf.h'*'not found'*)
    unsupported 'the headers of the kernel are not installed (Debian package linux-libc-dev)'
    ;;
  esac
  fail "clang: $1"
}

compile() {
  # On Debian the headers of the architecture have a folder of their own, which only the native compiler knows.
  include=/usr/include/$(uname -m)-linux-gnu
  [ ! -d "$include" ] || FLAGS="$FLAGS -idirafter $include"
  key=$({ cat overlay.bpf.c bpf/*.h && echo "$FLAGS" && ls -lL "$(command -v clang)"; } | sha256sum) || exit 1
  compiled=$CACHE/${key%% *}.o
  if [ ! -e "$compiled" ]; then
    mkdir -p "$CACHE" || exit 1
    # What a process that was killed has left is old after an hour.
    find "$CACHE" -name '*.tmp' -mmin +60 -exec rm -f {} +
    temporary=$(mktemp "$CACHE/XXXXXX.tmp") || exit 1
    if ! complaints=$(clang $FLAGS -c overlay.bpf.c -o "$temporary" 2>&1); then
      rm -f "$temporary"
      refuse_without_headers "$complaints"
    fi
    mv "$temporary" "$compiled" || exit 1
  fi
  cp "$compiled" "$OBJECT" || exit 1
  write_config "$OBJECT"
}
