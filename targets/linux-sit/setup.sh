# Read by plan.sh of every target whose overlay node is the stack of the Linux kernel: what the set-up asks for beside the tunnel,
# in the words of ip(8). TARGET and OUTER_FAMILY are set by then. See docs/targets.md for the variables.

unsupported() {
  echo "$TARGET: not supported: $1" >&2
  exit 127
}

malformed() {
  echo "$TARGET: malformed set-up: $1" >&2
  exit 2
}

# A variable that is missing ends the shell with 2, which is not 127: the set-up is wrong, not merely beyond the target.
: "${PROTO41_CONTRACT:?}" "${PROTO41_PROFILE:?}" "${PROTO41_MAPPING:?}" "${PROTO41_ENCAPSULATION:?}"
: "${PROTO41_PORT_P:?}" "${PROTO41_PORT_P_MTU:?}" "${PROTO41_PORT_U:?}" "${PROTO41_PORT_U_MTU:?}"
: "${PROTO41_UNDERLAY_ADDRESS:?}" "${PROTO41_UNDERLAY_PREFIX_LENGTH:?}" "${PROTO41_NODE_PREFIX:?}"
: "${PROTO41_OVERLAY_ADDRESS:?}" "${PROTO41_POD_GATEWAY:?}" "${PROTO41_NATIVE_ADDRESS:?}"

P=$PROTO41_PORT_P
U=$PROTO41_PORT_U
U2=${PROTO41_PORT_U2:-}

one_of() { # value, values that pass, what is not supported where it is none of them
  case " $2 " in
  *" $1 "*) ;;
  *) unsupported "$3" ;;
  esac
}

known=' '
switch() { # variable without its prefix, values that pass
  known="$known$1 "
  eval "value=\${PROTO41_SWITCH_$1:-}"
  [ -n "$value" ] || malformed "$1 is missing"
  one_of "$value" "$2" "$1=$value"
}

# After all that are known.
refuse_unknown_switches() {
  for word in $(export -p); do
    case $word in
    PROTO41_SWITCH_*)
      name=${word#PROTO41_SWITCH_}
      name=${name%%=*}
      one_of "$name" "$known" "unknown switch $name"
      ;;
    esac
  done
}

batch=
add() {
  batch="$batch$*
"
}

# Needs mtu, of the tunnel.
plan_underlay() {
  pod_mtu=$PROTO41_PORT_P_MTU
  [ "${PROTO41_POD_MTU:-given}" = given ] || [ "$mtu" -ge "$pod_mtu" ] || pod_mtu=$mtu
  add link set dev "$P" addrgenmode none mtu "$pod_mtu" up
  add link set dev "$U" mtu "$PROTO41_PORT_U_MTU" up
  add addr add "$PROTO41_UNDERLAY_ADDRESS/$PROTO41_UNDERLAY_PREFIX_LENGTH" dev "$U"
  for address in $PROTO41_UNDERLAY_SECONDARY; do
    add addr add "$address/$PROTO41_UNDERLAY_PREFIX_LENGTH" dev "$U"
  done
  if [ -n "$U2" ]; then
    add link set dev "$U2" mtu "${PROTO41_PORT_U2_MTU:?}" up
    add addr add "${PROTO41_PORT_U2_ADDRESS:?}" dev "$U2"
  fi
  plan_routes "$PROTO41_UNDERLAY_ROUTES"
}

plan_routes() { # of the underlay
  for route in $1; do
    destination=${route%%,*}
    next=${route#*,}
    case $next in
    unreachable) add route add unreachable "$destination" ;;
    *,U2) add route add "$destination" via "${next%,*}" dev "$U2" ;;
    *,*) malformed "route $route" ;;
    *) add route add "$destination" via "$next" dev "$U" ;;
    esac
  done
}

plan_pods() {
  add addr add "$PROTO41_POD_GATEWAY/64" dev "$P" nodad
  add addr add "$PROTO41_NATIVE_ADDRESS" dev "$P" nodad
  for pod in $PROTO41_PODS; do
    add route add "$pod/128" dev "$P"
  done
}

plan_native_routes() {
  for route in $PROTO41_NATIVE_ROUTES; do
    add route add "${route%%,*}" via "${route#*,}" dev "$P"
  done
}

start_forwarding() { # rp_filter of the underlay
  set_sysctl 0 "ipv6/conf/$P/accept_ra" "ipv6/conf/$P/autoconf" "ipv6/conf/$P/dad_transmits" \
    "ipv6/conf/$P/router_solicitations"
  # The underlay is IPv4 only: an IPv6 packet that comes in there outside a tunnel is nobody's.
  [ "$OUTER_FAMILY" = ipv6 ] || set_sysctl 1 "ipv6/conf/$U/disable_ipv6" ${U2:+"ipv6/conf/$U2/disable_ipv6"}
  set_sysctl 0 ipv4/conf/all/rp_filter
  set_sysctl "$1" "ipv4/conf/$U/rp_filter" ${U2:+"ipv4/conf/$U2/rp_filter"}
  set_sysctl 1 ipv6/conf/all/forwarding
  # RFC 1122 section 3.3.2 recommends 60 to 120 s; the kernel's own 30 s are below.
  set_sysctl 60 ipv4/ipfrag_time
}

stop_forwarding() {
  set_sysctl 0 ipv6/conf/all/forwarding "ipv6/conf/$U/disable_ipv6" ${U2:+"ipv6/conf/$U2/disable_ipv6"}
  set_sysctl 0 "ipv4/conf/$U/rp_filter" ${U2:+"ipv4/conf/$U2/rp_filter"}
  set_sysctl 30 ipv4/ipfrag_time
  # Path MTU and redirect exceptions outlive the routes that they belong to. The switch of IPv6 is not there in a user namespace.
  set_sysctl 1 ipv4/route/flush
  if [ -e /proc/sys/net/ipv6/route/flush ]; then set_sysctl 1 ipv6/route/flush; else ip -6 route flush cache; fi
}

set_sysctl() { # value, then names below /proc/sys/net
  value=$1
  shift
  for name in "$@"; do
    echo "$value" >"/proc/sys/net/$name" || exit 1
  done
}

# Carries out the batch, and takes back the routes and what is on the ports. What is not there is no error.
clear_ports() { # routes of the underlay
  for route in $1; do
    case $route in
    *,unreachable) add route del unreachable "${route%%,*}" ;;
    esac
  done
  # A port that goes down loses its IPv6 addresses, its routes and its neighbours, but keeps its IPv4 addresses.
  for port in $P $U $U2; do
    add link set dev "$port" down mtu 1500
    add addr flush dev "$port"
  done
  ip -force -batch - <<END >/dev/null 2>&1
$batch
END
}

expect_gone() { # devices
  for device in "$@"; do
    [ ! -e "/sys/class/net/$device" ] || {
      echo "$TARGET: the device $device is still there" >&2
      exit 1
    }
  done
}
