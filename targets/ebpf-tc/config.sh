# Read by up: writes config.h, the set-up as the programs are compiled for it. Addresses become numbers in host order.

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
      print "0x" substr(digits, 1, 16) "ULL 0x" substr(digits, 17) "ULL"
    }'
}

high_of() { # IPv6 prefix
  numbers=$(ipv6_numbers "${1%/*}")
  echo "${numbers% *}"
}

flag() { # name, whether
  if [ "$2" ]; then echo "#define $1 1"; else echo "#define $1 0"; fi
}

is() { # two texts; prints something when they are the same
  [ "$1" != "$2" ] || echo yes
}

broadcast_of() { # address/prefix length, as a number
  length=${1#*/}
  # Networks of one or two addresses have none (RFC 3021).
  [ "$length" -lt 31 ] || return 0
  printf '0x%08x, ' "$(($(ipv4_number "${1%/*}") | ((1 << (32 - length)) - 1)))"
}

write_config() {
  own=
  broadcasts=
  for address in "$PROTO41_UNDERLAY_ADDRESS" $PROTO41_UNDERLAY_SECONDARY; do
    own="$own$(ipv4_number "$address"), "
    broadcasts="$broadcasts$(broadcast_of "$address/$PROTO41_UNDERLAY_PREFIX_LENGTH")"
  done
  if [ -n "$U2" ]; then
    own="$own$(ipv4_number "${PROTO41_PORT_U2_ADDRESS%/*}"), "
    broadcasts="$broadcasts$(broadcast_of "$PROTO41_PORT_U2_ADDRESS")"
  fi
  is_embedding=yes
  [ "$PROTO41_MAPPING" != 6in4 ] || is_embedding=
  case $PROTO41_MAPPING in
  6rd) domain=$PROTO41_6RD_PREFIX common=$PROTO41_6RD_IPV4_PREFIX remote=0.0.0.0 ;;
  6to4) domain=2002::/16 common=0.0.0.0/0 remote=0.0.0.0 ;;
  6in4) domain=::/0 common=0.0.0.0/0 remote=$PROTO41_REMOTE ;;
  esac
  # With all its bits embedded, a node would have less than a /64 (RFC 5969 section 11).
  [ $((${domain#*/} + 32 - ${common#*/})) -le 64 ] || [ -z "$is_embedding" ] ||
    unsupported "a domain of ${domain#*/} bits with $((32 - ${common#*/})) bits of IPv4"
  common_mask=$(((0xffffffff << (32 - ${common#*/})) & 0xffffffff))
  node_prefix_length=${PROTO41_NODE_PREFIX#*/}
  [ "$node_prefix_length" -le 64 ] || unsupported "a node prefix of $node_prefix_length bits"
  overlay_address=$(ipv6_numbers "$PROTO41_OVERLAY_ADDRESS")
  static_mtu=0
  [ "$PROTO41_SWITCH_MTU_MODE" = dynamic ] || static_mtu=${PROTO41_STATIC_MTU:?}
  ttl=${PROTO41_OUTER_TTL:?}
  [ "$PROTO41_SWITCH_TTL" = fixed ] || ttl=0
  tos=0
  [ "$PROTO41_SWITCH_TOS" != fixed ] || tos=${PROTO41_FIXED_TOS:?}
  case $PROTO41_SWITCH_ECN_ENCAP in
  6040) ecn=ECN_NORMAL ;;
  3168) ecn=ECN_RFC3168 ;;
  compat) ecn=ECN_COMPATIBILITY ;;
  esac
  case $PROTO41_SWITCH_NATIVE_INNER_SRC in
  accept) native=NATIVE_ACCEPTED ;;
  br-only) native=NATIVE_FROM_RELAY ;;
  deny) native=NATIVE_DENIED ;;
  esac
  case $PROTO41_SWITCH_ICMP4_TRANSLATE in
  none) translation=TRANSLATION_NONE ;;
  address-unreachable) translation=TRANSLATION_PLAIN ;;
  linux) translation=TRANSLATION_LINUX ;;
  esac
  relay=$PROTO41_RELAY
  [ "$PROTO41_SWITCH_RELAY" = configured ] || relay=0.0.0.0
  is_relay=$(is "$PROTO41_SWITCH_HAIRPIN" relay)
  [ "${PROTO41_6RD_ROLE:-ce}" = ce ] || is_relay=yes
  is_anycast=$(is "$PROTO41_SWITCH_BR_ADDRESS" anycast)
  cat <<END
#define ECN_NORMAL 0
#define ECN_RFC3168 1
#define ECN_COMPATIBILITY 2
#define NATIVE_ACCEPTED 0
#define NATIVE_FROM_RELAY 1
#define NATIVE_DENIED 2
#define TRANSLATION_NONE 0
#define TRANSLATION_PLAIN 1
#define TRANSLATION_LINUX 2

#define OVERLAY_INDEX $DEVICE_INDEX
#define LOOPBACK_INDEX 1
#define OVERLAY_MAC {0x$(echo "$DEVICE_MAC" | sed 's/:/, 0x/g')}
#define REASSEMBLER_INDEX $REASSEMBLER_INDEX
#define REASSEMBLY_ADDRESS $(ipv4_number $REASSEMBLY_ADDRESS)
#define REASSEMBLY_PORT $REASSEMBLY_PORT
#define REASSEMBLY_IDENTIFIER 0x504341

#define UNDERLAY_ADDRESS $(ipv4_number "$PROTO41_UNDERLAY_ADDRESS")
#define UNDERLAY_MTU $PROTO41_PORT_U_MTU
#define UNDERLAY2_INDEX $([ -z "$U2" ] && echo 0 || cat "/sys/class/net/$U2/ifindex")
#define UNDERLAY2_MTU ${PROTO41_PORT_U2_MTU:-0}
#define OWN_ADDRESSES {$own}
#define OWN_BROADCASTS {${broadcasts}0xffffffff}

$(flag EMBEDS "$is_embedding")
$(flag AUTOMATIC "$is_embedding")
#define DOMAIN $(high_of "$domain")
#define DOMAIN_LENGTH ${domain#*/}
#define COMMON_PREFIX $(printf '0x%08x' $(($(ipv4_number "${common%/*}") & common_mask)))
#define COMMON_LENGTH ${common#*/}
#define REMOTE $(ipv4_number "$remote")
#define RELAY $(ipv4_number "$relay")
#define NODE_PREFIX $(high_of "$PROTO41_NODE_PREFIX")
#define NODE_PREFIX_LENGTH $node_prefix_length
#define OVERLAY_ADDRESS_HIGH ${overlay_address% *}
#define OVERLAY_ADDRESS_LOW ${overlay_address#* }

#define OUTER_TTL $ttl
#define FIXED_TOS $tos
$(flag TOS_COPIED "$(is "$PROTO41_SWITCH_TOS" copy)")
#define ECN_MODE $ecn
$(flag ECN_MERGED "$(is "$PROTO41_SWITCH_ECN_DECAP" 6040)")
#define STATIC_MTU $static_mtu
$(flag MINIMUM_IS_DEFAULT "$(is "$PROTO41_SWITCH_MTU_DEFAULT" 1280)")
$(flag FRAGMENTS_FORBIDDEN "$is_anycast")

#define NATIVE_SOURCES $native
#define TRANSLATION $translation
$(flag STRICT_RPF "$(is "$PROTO41_SWITCH_STRICT_RPF" on)")
$(flag FOREIGN_PREFIXES_CHECKED "$(is "$PROTO41_SWITCH_FOREIGN_PREFIX_CHECK" on)")
$(flag PRIVATE_DENIED "$(is "$PROTO41_SWITCH_PRIVATE_V4" deny)")
$(flag PODS_CONFINED "$(is "$PROTO41_SWITCH_POD_SOURCE" node-prefix)")
$(flag INGRESS_FILTERED "$(is "$PROTO41_SWITCH_INGRESS_FILTER" on)")
$(flag IS_RELAY "$is_relay")
END
}
