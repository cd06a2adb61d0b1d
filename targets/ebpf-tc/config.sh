# Read by up: the set-up as the numbers of bpf/config.h, by the names that they have there.

MARKER=PROTO41-EBPF-TC

# The two halves of an IPv6 address, separated by a space.
ipv6_numbers() { # text without a prefix length
  echo "$1" | awk -F: '
    function padded(text) { return substr("0000" text, length(text) + 1) }
    {
      at = index($0, "::")
      front = at ? substr($0, 1, at - 1) : $0
      back = at ? substr($0, at + 2) : ""
      fronts = split(front, head, ":")
      backs = split(back, tail, ":")
      for (i = 1; i <= fronts; i++) digits = digits padded(head[i])
      for (i = fronts + backs; i < 8; i++) digits = digits "0000"
      for (i = 1; i <= backs; i++) digits = digits padded(tail[i])
      print "0x" substr(digits, 1, 16) " 0x" substr(digits, 17)
    }'
}

high_of() { # IPv6 prefix
  numbers=$(ipv6_numbers "${1%/*}")
  echo "${numbers% *}"
}

# 1 when two texts are the same, else 0.
is() {
  if [ "$1" = "$2" ]; then echo 1; else echo 0; fi
}

broadcast_of() { # address/prefix length, as a number
  length=${1#*/}
  # Networks of one or two addresses have none (RFC 3021).
  if [ "$length" -lt 31 ]; then echo $(($(ipv4_number "${1%/*}") | ((1 << (32 - length)) - 1))); else echo 0xffffffff; fi
}

own_address() { # address/prefix length
  count=$((count + 1))
  [ $count -le 4 ] || unsupported 'more than four addresses on the underlay'
  eval "own_$count=$(ipv4_number "${1%/*}") broadcast_$count=$(broadcast_of "$1")"
}

underlay_address=$(ipv4_number "$PROTO41_UNDERLAY_ADDRESS")
underlay_mtu=$PROTO41_PORT_U_MTU
own_1=$underlay_address own_2=$underlay_address own_3=$underlay_address own_4=$underlay_address
broadcast_1=0xffffffff broadcast_2=0xffffffff broadcast_3=0xffffffff broadcast_4=0xffffffff
count=0
for address in "$PROTO41_UNDERLAY_ADDRESS" $PROTO41_UNDERLAY_SECONDARY; do
  own_address "$address/$PROTO41_UNDERLAY_PREFIX_LENGTH"
done
underlay2_index=0 underlay2_mtu=0
if [ -n "$U2" ]; then
  read -r underlay2_index <"/sys/class/net/$U2/ifindex"
  underlay2_mtu=${PROTO41_PORT_U2_MTU:?}
  own_address "${PROTO41_PORT_U2_ADDRESS:?}"
fi

embeds=1 remote=0
case $PROTO41_MAPPING in
6rd) prefix=$PROTO41_6RD_PREFIX common=$PROTO41_6RD_IPV4_PREFIX ;;
6to4) prefix=2002::/16 common=0.0.0.0/0 ;;
6in4) prefix=::/0 common=0.0.0.0/0 embeds=0 remote=$(ipv4_number "$PROTO41_REMOTE") ;;
esac
domain=$(high_of "$prefix") domain_length=${prefix#*/} common_length=${common#*/}
# With all its bits embedded, a node would have less than a /64 (RFC 5969 section 11).
[ $embeds = 0 ] || [ $((domain_length + 32 - common_length)) -le 64 ] ||
  unsupported "a domain of $domain_length bits with $((32 - common_length)) bits of IPv4"
common_prefix=$(($(ipv4_number "${common%/*}") & 0xffffffff << (32 - common_length) & 0xffffffff))
relay=0
[ "$PROTO41_SWITCH_RELAY" = none ] || relay=$(ipv4_number "$PROTO41_RELAY")
node_prefix=$(high_of "$PROTO41_NODE_PREFIX") node_prefix_length=${PROTO41_NODE_PREFIX#*/}
[ "$node_prefix_length" -le 64 ] || unsupported "a node prefix of $node_prefix_length bits"
numbers=$(ipv6_numbers "$PROTO41_OVERLAY_ADDRESS")
overlay_address_high=${numbers% *} overlay_address_low=${numbers#* }

outer_ttl=${PROTO41_OUTER_TTL:?}
[ "$PROTO41_SWITCH_TTL" = fixed ] || outer_ttl=0
fixed_tos=0
[ "$PROTO41_SWITCH_TOS" != fixed ] || fixed_tos=${PROTO41_FIXED_TOS:?}
tos_copied=$(is "$PROTO41_SWITCH_TOS" copy)
case $PROTO41_SWITCH_ECN_ENCAP in
6040) ecn_mode=0 ;;
3168) ecn_mode=1 ;;
compat) ecn_mode=2 ;;
esac
ecn_merged=$(is "$PROTO41_SWITCH_ECN_DECAP" 6040)
static_mtu=0
[ "$PROTO41_SWITCH_MTU_MODE" = dynamic ] || static_mtu=${PROTO41_STATIC_MTU:?}
minimum_is_default=$(is "$PROTO41_SWITCH_MTU_DEFAULT" 1280)
fragments_forbidden=$(is "$PROTO41_SWITCH_BR_ADDRESS" anycast)
case $PROTO41_SWITCH_NATIVE_INNER_SRC in
accept) native_sources=0 ;;
br-only) native_sources=1 ;;
deny) native_sources=2 ;;
esac
case $PROTO41_SWITCH_ICMP4_TRANSLATE in
none) translation=0 ;;
address-unreachable) translation=1 ;;
linux) translation=2 ;;
esac
strict_rpf=$(is "$PROTO41_SWITCH_STRICT_RPF" on)
foreign_prefixes_checked=$(is "$PROTO41_SWITCH_FOREIGN_PREFIX_CHECK" on)
private_denied=$(is "$PROTO41_SWITCH_PRIVATE_V4" deny)
pods_confined=$(is "$PROTO41_SWITCH_POD_SOURCE" node-prefix)
ingress_filtered=$(is "$PROTO41_SWITCH_INGRESS_FILTER" on)
is_relay=$(is "$PROTO41_SWITCH_HAIRPIN" relay)
[ "${PROTO41_6RD_ROLE:-ce}" = ce ] || is_relay=1

# Eight bytes in the order of this machine, as escape sequences of printf; sets escapes. Shells cannot count to 2^64, so that numbers
# of 16 hexadecimal digits are taken in two halves.
escapes_of() { # number
  high=0
  low=$1
  case $1 in
  0x????????????????)
    high=${1%????????}
    low=0x${1#"$high"}
    ;;
  esac
  escapes=
  for half in $low $high; do
    for shift in 0 8 16 24; do
      byte=$((half >> shift & 255))
      escape="\\$((byte >> 6))$((byte >> 3 & 7))$((byte & 7))"
      if [ $IS_LITTLE_ENDIAN = yes ]; then escapes=$escapes$escape; else escapes=$escape$escapes; fi
    done
  done
}

write_config() { # object file
  IS_LITTLE_ENDIAN=no
  [ "$(printf '\1\0' | od -An -tu2 | tr -d ' ')" != 1 ] || IS_LITTLE_ENDIAN=yes
  all=
  for field in $(sed -n 's/^  __u64 \([a-z0-9_]*\);.*/\1/p' bpf/config.h); do
    eval "escapes_of \"\$$field\""
    all=$all$escapes
  done
  place=$(LC_ALL=C grep -obUaF "$MARKER" "$1") || fail "$1 has no place for the configuration"
  printf "$all" | dd of="$1" bs=1 seek=$((${place%%:*} + 16)) conv=notrunc 2>/dev/null || fail 'the configuration could not be written'
}
