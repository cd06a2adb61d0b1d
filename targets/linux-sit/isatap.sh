# Read by up, for an ISATAP link: the address on it, by whose prefix the driver knows ISATAP sources, the routers that may send
# from elsewhere, and the routes through them.

add addr add "$PROTO41_ISATAP_ADDRESS/64" dev "$DEVICE" nodad
for router in $PROTO41_ISATAP_ROUTERS; do
  add tunnel prl prl-default "$router" dev "$DEVICE"
done
for route in $PROTO41_ISATAP_ROUTES; do
  add route add "${route%%,*}" via "${route#*,}" dev "$DEVICE"
done
