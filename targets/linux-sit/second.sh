# Read by up, where the set-up asks for a second tunnel: another device of the same driver.

second=$(
  for word in $(export -p); do
    case $word in
    PROTO41_SECOND_*=*)
      name=${word#PROTO41_SECOND_}
      name=${name%%=*}
      eval "export PROTO41_$name=\"\$PROTO41_SECOND_$name\""
      ;;
    esac
  done
  . ./switches.sh
  . ./tunnel.sh
  echo "$mtu $mapping $bound $path_mtu tos $tos"
) || exit

add link add name "$SECOND_DEVICE" type sit mode ip6ip local "$PROTO41_SECOND_UNDERLAY_ADDRESS" ${second#* } $encapsulation
add link set dev "$SECOND_DEVICE" mtu "${second%% *}" up
if [ "$PROTO41_SECOND_OVERLAY_ADDRESS" != "$PROTO41_OVERLAY_ADDRESS" ]; then
  add addr add "$PROTO41_SECOND_OVERLAY_ADDRESS/128" dev "$SECOND_DEVICE" nodad
fi
for destination in $PROTO41_SECOND_TUNNEL_ROUTES; do
  add route add "$destination" dev "$SECOND_DEVICE"
done
if [ "$PROTO41_SECOND_NODE_PREFIX" != "$PROTO41_NODE_PREFIX" ]; then
  add route add unreachable "$PROTO41_SECOND_NODE_PREFIX"
fi
for pod in $PROTO41_SECOND_PODS; do
  case " $PROTO41_PODS " in
  *" $pod "*) ;;
  *) add route add "$pod/128" dev "$P" ;;
  esac
done
