# Read by up and down of ebpf-tc and socat-6in4: what an overlay node is beside its tunnel, done by the stack of the kernel. TARGET
# and DEVICE come from plan.sh. See docs/targets.md for the variables.

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

ipv4_number() { # dotted text; in hexadecimal
  IFS=. read -r first second third fourth <<END
$1
END
  printf '0x%02x%02x%02x%02x' "$first" "$second" "$third" "$fourth" || malformed "IPv4 address $1"
}

set_sysctl() { # value, then names below /proc/sys/net
  value=$1
  shift
  for name in "$@"; do
    echo "$value" >"/proc/sys/net/$name" || exit 1
  done
}

known=' '
switch() { # variable without its prefix, values that pass
  known="$known$1 "
  eval "value=\${PROTO41_SWITCH_$1:-}"
  [ -n "$value" ] || malformed "$1 is missing"
  case " $2 " in
  *" $value "*) ;;
  *) unsupported "$1=$value" ;;
  esac
}

refuse_unknown_switches() {
  for word in $(export -p); do
    case $word in
    PROTO41_SWITCH_*)
      name=${word#PROTO41_SWITCH_}
      name=${name%%=*}
      case $known in
      *" $name "*) ;;
      *) unsupported "unknown switch $name" ;;
      esac
      ;;
    esac
  done
}

# Sets mtu, of the tunnel, and pod_mtu.
choose_mtu() { # bytes that the tunnel puts before a packet
  mtu=$((PROTO41_PORT_U_MTU - $1))
  [ "$PROTO41_SWITCH_MTU_MODE" = dynamic ] || mtu=${PROTO41_STATIC_MTU:?}
  [ "$PROTO41_SWITCH_MTU_DEFAULT" != 1280 ] && [ "$mtu" -gt 1280 ] || mtu=1280
  pod_mtu=$PROTO41_PORT_P_MTU
  [ "${PROTO41_POD_MTU:-given}" = given ] || [ "$mtu" -ge "$pod_mtu" ] || pod_mtu=$mtu
}

batch=
add() {
  batch="$batch$*
"
}

plan_underlay() {
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
  for route in $PROTO41_UNDERLAY_ROUTES; do
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

# After the device of the tunnel, to which the routes lead.
plan_overlay() {
  add addr add "$PROTO41_OVERLAY_ADDRESS/${PROTO41_NODE_PREFIX#*/}" dev "$DEVICE" nodad noprefixroute
  # A configured tunnel has the link-local address of RFC 4213 section 3.7.
  if [ "$PROTO41_MAPPING" = 6in4 ]; then
    number=$(ipv4_number "$PROTO41_UNDERLAY_ADDRESS")
    digits=${number#0x}
    add addr add "fe80::${digits%????}:${digits#????}/64" dev "$DEVICE" nodad
  fi
  for destination in $PROTO41_TUNNEL_ROUTES $PROTO41_RELAY_ROUTES ${PROTO41_UNDERLAY_ROUTES_INTO_TUNNEL:-}; do
    add route add "$destination" dev "$DEVICE"
  done
  # Pods are more specific routes; what of the node's own prefix is no pod must not come back through the tunnel.
  add route add unreachable "$PROTO41_NODE_PREFIX"
  add addr add "$PROTO41_POD_GATEWAY/64" dev "$P" nodad
  add addr add "$PROTO41_NATIVE_ADDRESS" dev "$P" nodad
  for pod in $PROTO41_PODS; do
    add route add "$pod/128" dev "$P"
  done
  for route in $PROTO41_NATIVE_ROUTES; do
    add route add "${route%%,*}" via "${route#*,}" dev "$P"
  done
}

fail() {
  ./down </dev/null
  echo "$TARGET: $1" >&2
  exit 1
}

apply_plan() {
  complaints=$(ip -batch - 2>&1 <<END
$batch
END
  ) || case $complaints in
  *'Unknown device type'*)
    ./down </dev/null
    unsupported "this kernel lacks a type of device: $complaints"
    ;;
  *) fail "ip: $complaints" ;;
  esac
}

start_forwarding() {
  set_sysctl 0 "ipv6/conf/$P/accept_ra" "ipv6/conf/$P/autoconf" "ipv6/conf/$P/dad_transmits" \
    "ipv6/conf/$P/router_solicitations"
  # The underlay is IPv4 only: an IPv6 packet that comes in there outside a tunnel is nobody's.
  set_sysctl 1 "ipv6/conf/$U/disable_ipv6" ${U2:+"ipv6/conf/$U2/disable_ipv6"}
  set_sysctl 0 ipv4/conf/all/rp_filter "ipv4/conf/$U/rp_filter" ${U2:+"ipv4/conf/$U2/rp_filter"}
  set_sysctl 1 ipv6/conf/all/forwarding
  # RFC 1122 section 3.3.2 recommends 60 to 120 s; the kernel's own 30 s are below.
  set_sysctl 60 ipv4/ipfrag_time
}

# The kernel makes an IPv6 address its own some time after it was added, and until then forwards what is sent to it.
await_own_addresses() {
  for address in "$PROTO41_POD_GATEWAY" "${PROTO41_NATIVE_ADDRESS%/*}" "$PROTO41_OVERLAY_ADDRESS"; do
    attempts=0
    until answer=$(ip route get "$address") && [ "${answer%% *}" = local ]; do
      attempts=$((attempts + 1))
      [ "$attempts" -le 50 ] || fail "$address does not become an address of this node"
    done
  done
}

# Takes back all of this, and the devices that are named; what is not there is no error.
clear_node() { # devices
  batch="route del unreachable $PROTO41_NODE_PREFIX
"
  for device in "$@"; do
    batch="${batch}link del dev $device
"
  done
  for route in $PROTO41_UNDERLAY_ROUTES; do
    case $route in
    *,unreachable) batch="${batch}route del unreachable ${route%%,*}
" ;;
    esac
  done
  # A port that goes down loses its IPv6 addresses, its routes and its neighbours, but keeps its IPv4 addresses.
  for port in $P $U $U2; do
    batch="${batch}link set dev $port down mtu 1500
addr flush dev $port
"
  done
  ip -force -batch - <<END >/dev/null 2>&1
$batch
END
  set_sysctl 0 ipv6/conf/all/forwarding "ipv6/conf/$U/disable_ipv6" ${U2:+"ipv6/conf/$U2/disable_ipv6"}
  set_sysctl 30 ipv4/ipfrag_time
  # Path MTU exceptions outlive the routes that they belong to.
  set_sysctl 1 ipv4/route/flush ipv6/route/flush
  for device in "$@"; do
    [ ! -e "/sys/class/net/$device" ] || {
      echo "$TARGET: the device $device is still there" >&2
      exit 1
    }
  done
}
