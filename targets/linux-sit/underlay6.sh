# Read by up, where the outer header is IPv6: the underlay has IPv6 beside IPv4, and nothing is learned there.

# Neighbours on a port are asked for from an address of that port, which the outer source need not be.
for port in $U $U2; do
  add addr add fe80::6/64 dev "$port" nodad
done
add addr add "$PROTO41_UNDERLAY6_ADDRESS/$PROTO41_UNDERLAY6_PREFIX_LENGTH" dev "$U" nodad
for address in $PROTO41_UNDERLAY6_SECONDARY; do
  add addr add "$address/$PROTO41_UNDERLAY6_PREFIX_LENGTH" dev "$U" nodad preferred_lft 0
done
[ -z "$U2" ] || add addr add "${PROTO41_PORT_U2_ADDRESS6:?}" dev "$U2" nodad
plan_routes "$PROTO41_UNDERLAY6_ROUTES"
# Forwarding is on for the pods' sake; what comes from the underlay for others is not forwarded. Own addresses are looked up before.
ip -6 rule add iif "$U" blackhole || exit 1
[ -z "$U2" ] || ip -6 rule add iif "$U2" blackhole || exit 1
set_sysctl 0 "ipv6/conf/$U/accept_ra" "ipv6/conf/$U/dad_transmits" ${U2:+"ipv6/conf/$U2/accept_ra" "ipv6/conf/$U2/dad_transmits"}
