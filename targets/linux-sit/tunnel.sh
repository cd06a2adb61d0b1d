# Read by up and second.sh: one tunnel in the words of ip(8), from the variables of the set-up. Sets mapping, path_mtu, mtu and tos.

case $PROTO41_SWITCH_TOS in
zero) tos=0 ;;
copy) tos=inherit ;;
fixed) tos=$(printf '0x%x' "$PROTO41_FIXED_TOS") || malformed "fixed TOS $PROTO41_FIXED_TOS" ;;
esac

# A TTL of its own forces DF in this driver, so static mode, in which DF must be clear, has to copy the hop limit.
ttl=inherit
[ "$PROTO41_SWITCH_TTL" = inherit ] || ttl=${PROTO41_OUTER_TTL:?}
path_mtu="ttl $ttl pmtudisc"
if [ "$PROTO41_SWITCH_MTU_MODE" = static ]; then
  # An anycast relay sets DF all the same.
  [ "$PROTO41_SWITCH_BR_ADDRESS" = anycast ] || path_mtu='ttl inherit nopmtudisc'
  mtu=${PROTO41_STATIC_MTU:?}
else
  mtu=$((PROTO41_PORT_U_MTU - overhead)) || exit 2
  [ "$PROTO41_SWITCH_MTU_DEFAULT" != 1280 ] && [ "$mtu" -gt 1280 ] || mtu=1280
fi

case $PROTO41_MAPPING in
6rd) mapping="6rd-prefix $PROTO41_6RD_PREFIX 6rd-relay_prefix $PROTO41_6RD_IPV4_PREFIX" ;;
6to4) mapping='6rd-prefix 2002::/16 6rd-relay_prefix 0.0.0.0/0' ;;
6in4 | ip6ip6) mapping="remote $PROTO41_REMOTE" ;;
isatap) mapping=isatap ;;
esac
