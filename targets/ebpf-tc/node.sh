# Read by up and down of ebpf-tc and socat-6in4: what an overlay node is beside its tunnel, done by the stack of the kernel. TARGET
# and DEVICE come from plan.sh. See docs/targets.md for the variables.

. ./setup.sh

ipv4_number() { # dotted text; in hexadecimal
  IFS=. read -r first second third fourth <<END
$1
END
  printf '0x%02x%02x%02x%02x' "$first" "$second" "$third" "$fourth" || malformed "IPv4 address $1"
}

# Beside the tunnel, what neither target does.
refuse_beyond_node() {
  [ -z "${PROTO41_SECOND_MAPPING:-}" ] || unsupported 'a second tunnel'
  [ -z "${PROTO41_REASSEMBLY_LIMIT:-}" ] || [ "$PROTO41_REASSEMBLY_LIMIT" -ge 1500 ] ||
    unsupported "reassembly of at most $PROTO41_REASSEMBLY_LIMIT bytes"
}

# Sets mtu, of the tunnel.
choose_mtu() { # bytes that the tunnel puts before a packet
  mtu=${PROTO41_STATIC_MTU:?}
  [ "$PROTO41_SWITCH_MTU_MODE" = dynamic ] || return 0
  mtu=$((PROTO41_PORT_U_MTU - $1))
  [ "$PROTO41_SWITCH_MTU_DEFAULT" != 1280 ] && [ "$mtu" -gt 1280 ] || mtu=1280
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
  plan_pods
  plan_native_routes
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
  add route del unreachable "$PROTO41_NODE_PREFIX"
  for device in "$@"; do
    add link del dev "$device"
  done
  clear_ports "$PROTO41_UNDERLAY_ROUTES"
  stop_forwarding
  expect_gone "$@"
}
