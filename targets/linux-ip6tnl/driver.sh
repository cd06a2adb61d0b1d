# Read by plan.sh: what is special about the driver. All other programs are shared by linux-sit, linux-gre and linux-ip6tnl.

TARGET=linux-ip6tnl
MODULE=ip6_tunnel
LINK_TYPE=ip6tnl
MAPPINGS=ip6ip6
ENCAPSULATIONS='protocol-41 fou gue'
OUTER_FAMILY=ipv6
LINK_LOCAL=fe80::${PROTO41_UNDERLAY_ADDRESS:?}
ENCAP_LIMITS='off 4'
# IPv6, and the option that every packet then carries.
OUTER_BYTES=40
[ "${PROTO41_SWITCH_ENCAP_LIMIT:-off}" = off ] || OUTER_BYTES=48

# The outer flow label is that of the inner packet, which is one for a flow; the driver itself would use one for all.
link_words() {
  limit=$PROTO41_SWITCH_ENCAP_LIMIT
  [ "$limit" != off ] || limit=none
  echo "ip6tnl mode ip6ip6 local $PROTO41_UNDERLAY6_ADDRESS $mapping $bound hoplimit $ttl encaplimit $limit flowlabel inherit tclass $tos $encapsulation"
}
