# Read by up: refuses what socat cannot be configured for. A value passes when it can be, or when socat does something else that the
# suite is meant to show; expectations.json lists the latter.

[ "$PROTO41_CONTRACT" = 1 ] || unsupported "version $PROTO41_CONTRACT of the contract"
[ "$PROTO41_MAPPING" = 6in4 ] || unsupported "mapping $PROTO41_MAPPING"
[ "$PROTO41_ENCAPSULATION" = protocol-41 ] || unsupported "encapsulation $PROTO41_ENCAPSULATION"
refuse_beyond_node
: "${PROTO41_REMOTE:?}"

switch MTU_MODE 'dynamic static'
switch MTU_DEFAULT '1280 underlay-minus-overhead'
switch TOS 'zero fixed'
switch ECN_ENCAP '6040 compat'
switch ECN_DECAP '6040 off'
switch TTL fixed
switch PRIVATE_V4 'deny allow'
switch NATIVE_INNER_SRC accept
switch SOURCE_PAIR strict
switch RELAY none
switch HAIRPIN deny
switch POD_SOURCE 'node-prefix any'
switch FOREIGN_PREFIX_CHECK off
switch INGRESS_FILTER off
switch STRICT_RPF 'off on'
switch ICMP4_TRANSLATE none
switch MISMATCH_ICMP silent
switch HOP_BY_HOP 'ignore process'
switch DUAL_FRAMING no
switch UDP_CHECKSUM 'zero on'
switch SOURCE_PORT 'entropy fixed'
switch GUE_VARIANT '0 1'
switch OUTER_FAMILY "$OUTER_FAMILY"
switch BR_ADDRESS unicast
switch ENCAP_LIMIT off
switch IPSEC off
refuse_unknown_switches
