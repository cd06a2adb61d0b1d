# Read by up: refuses what the programs cannot do, and a switch that they have never heard of.

[ "$PROTO41_CONTRACT" = 1 ] || unsupported "version $PROTO41_CONTRACT of the contract"
[ "$PROTO41_ENCAPSULATION" = protocol-41 ] || unsupported "encapsulation $PROTO41_ENCAPSULATION"
refuse_beyond_node
case $PROTO41_MAPPING in
6rd) : "${PROTO41_6RD_PREFIX:?}" "${PROTO41_6RD_IPV4_PREFIX:?}" "${PROTO41_6RD_ROLE:?}" ;;
6to4) ;;
6in4) : "${PROTO41_REMOTE:?}" ;;
*) unsupported "mapping $PROTO41_MAPPING" ;;
esac

switch MTU_MODE 'dynamic static'
switch MTU_DEFAULT '1280 underlay-minus-overhead'
switch TOS 'zero copy fixed'
switch ECN_ENCAP '6040 3168 compat'
switch ECN_DECAP '6040 off'
switch TTL 'fixed inherit'
switch PRIVATE_V4 'deny allow'
switch NATIVE_INNER_SRC 'accept br-only deny'
switch SOURCE_PAIR strict
switch RELAY 'none configured'
hairpin=deny
[ "${PROTO41_6RD_ROLE:-ce}" = ce ] || hairpin='deny relay'
switch HAIRPIN "$hairpin"
switch POD_SOURCE 'node-prefix any'
switch FOREIGN_PREFIX_CHECK 'off on'
switch INGRESS_FILTER 'off on'
switch STRICT_RPF 'off on'
switch ICMP4_TRANSLATE 'none address-unreachable linux'
switch MISMATCH_ICMP silent
switch HOP_BY_HOP 'ignore process'
switch DUAL_FRAMING no
switch UDP_CHECKSUM 'zero on'
switch SOURCE_PORT 'entropy fixed'
switch GUE_VARIANT '0 1'
switch OUTER_FAMILY "$OUTER_FAMILY"
switch BR_ADDRESS 'unicast anycast'
switch ENCAP_LIMIT off
switch IPSEC off

refuse_unknown_switches

if [ "$PROTO41_SWITCH_RELAY" = configured ]; then
  [ "$PROTO41_MAPPING" != 6in4 ] || unsupported 'a relay beside a configured tunnel'
  : "${PROTO41_RELAY:?}"
fi
# RFC 3056 section 2: there is no prefix for a private address.
if [ "$PROTO41_MAPPING" = 6to4 ] && [ "$PROTO41_SWITCH_PRIVATE_V4" = deny ]; then
  case $PROTO41_UNDERLAY_ADDRESS in
  10.* | 192.168.* | 172.1[6-9].* | 172.2[0-9].* | 172.3[01].*)
    unsupported "6to4 on the private address $PROTO41_UNDERLAY_ADDRESS"
    ;;
  esac
fi
