# Read by up: refuses what the driver cannot do. A value passes when the driver does it, or when it does something else that the
# suite is meant to show; expectations.json lists the latter.

[ "$PROTO41_CONTRACT" = 1 ] || unsupported "version $PROTO41_CONTRACT of the contract"

one_of "$PROTO41_MAPPING" "$MAPPINGS" "mapping $PROTO41_MAPPING"

case $PROTO41_MAPPING in
6rd)
  : "${PROTO41_6RD_PREFIX:?}" "${PROTO41_6RD_IPV4_PREFIX:?}"
  ;;
6to4) ;;
6in4) : "${PROTO41_REMOTE:?}" ;;
isatap) : "${PROTO41_ISATAP_ADDRESS:?}" "${PROTO41_ISATAP_ROUTERS:?}" ;;
ip6ip6) : "${PROTO41_REMOTE:?}" "${PROTO41_UNDERLAY6_ADDRESS:?}" "${PROTO41_UNDERLAY6_PREFIX_LENGTH:?}" ;;
esac

one_of "$PROTO41_ENCAPSULATION" "$ENCAPSULATIONS" "encapsulation $PROTO41_ENCAPSULATION"

case $PROTO41_ENCAPSULATION in
fou) : "${PROTO41_FOU_PORT:?}" ;;
gue) : "${PROTO41_GUE_PORT:?}" ;;
esac

[ -z "${PROTO41_SECOND_MAPPING:-}" ] || [ -e second.sh ] || unsupported 'a second tunnel'

switch MTU_MODE 'dynamic static'
switch MTU_DEFAULT '1280 underlay-minus-overhead'
switch TOS 'zero copy fixed'
switch ECN_ENCAP '6040 3168'
switch ECN_DECAP '6040'
switch TTL 'fixed inherit'
switch PRIVATE_V4 'deny allow'
switch NATIVE_INNER_SRC 'accept br-only deny'
switch SOURCE_PAIR 'strict'
switch RELAY 'none configured'
# A border relay is asked for what a node must not do.
hairpin=deny
[ "${PROTO41_6RD_ROLE:-ce}" = ce ] || hairpin='deny relay'
switch HAIRPIN "$hairpin"
switch POD_SOURCE 'node-prefix any'
switch FOREIGN_PREFIX_CHECK 'off'
switch INGRESS_FILTER 'off on'
# There is no such check for IPv6.
rpf='off on'
[ "$OUTER_FAMILY" = ipv4 ] || rpf=off
switch STRICT_RPF "$rpf"
# The driver means to translate, but the error never leaves: its source is an IPv4-mapped address.
switch ICMP4_TRANSLATE 'none'
switch MISMATCH_ICMP 'silent'
switch HOP_BY_HOP 'ignore process'
switch DUAL_FRAMING 'no yes'
switch UDP_CHECKSUM 'zero on'
switch SOURCE_PORT 'entropy fixed'
switch GUE_VARIANT '0 1'
switch OUTER_FAMILY "$OUTER_FAMILY"
switch BR_ADDRESS 'unicast anycast'
switch ENCAP_LIMIT "$ENCAP_LIMITS"
switch IPSEC 'off'

refuse_unknown_switches

if [ "$PROTO41_MAPPING" = 6rd ] && [ "$PROTO41_SWITCH_PRIVATE_V4" = deny ]; then
  unsupported 'PRIVATE_V4=deny in a 6rd domain'
fi
# Of a pair that embeds addresses the driver checks both, so that a source of the own prefix is the own address, which IPv4 input refuses.
if [ "$PROTO41_SWITCH_INGRESS_FILTER" = on ] && [ "$PROTO41_MAPPING" != 6rd ] && [ "$PROTO41_MAPPING" != 6to4 ]; then
  unsupported "INGRESS_FILTER=on with the mapping $PROTO41_MAPPING"
fi
if [ "$PROTO41_SWITCH_RELAY" = configured ]; then
  [ "$PROTO41_MAPPING" != 6in4 ] || unsupported 'a relay beside a configured tunnel'
  : "${PROTO41_RELAY:?}"
fi
# The driver reads 1 as "copy from the inner packet".
[ "$PROTO41_SWITCH_TOS" != fixed ] || [ "${PROTO41_FIXED_TOS:?}" != 1 ] || unsupported 'a fixed TOS octet of 1'
