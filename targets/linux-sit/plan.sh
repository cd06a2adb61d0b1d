# Read by up and down: what the set-up asks for, in the words of ip(8). See docs/targets.md for the variables.

. ./driver.sh

DEVICE=overlay
SECOND_DEVICE=overlay2

. ./setup.sh

# What the kernel listens for in UDP. A node of protocol 41 that is to take both framings listens where FOU usually does.
LISTENER=
case $PROTO41_ENCAPSULATION in
fou) LISTENER="port ${PROTO41_FOU_PORT:?} ipproto 41" ;;
gue) LISTENER="port ${PROTO41_GUE_PORT:?} gue" ;;
protocol-41) [ "${PROTO41_SWITCH_DUAL_FRAMING:-no}" = no ] || LISTENER='port 3544 ipproto 41' ;;
esac
# A listener of its own for each family.
LISTENER_FAMILY=
[ "$OUTER_FAMILY" = ipv4 ] || LISTENER_FAMILY=-6
# The port alone, by which a listener is taken away again, and the number of it.
LISTENER_PORT=${LISTENER#port }
LISTENER_PORT=${LISTENER_PORT%% *}

# Embedded addresses that must not be sent to (RFC 3056 sections 2 and 9): 0/8, 10/8, 127/8, 169.254/16, 172.16/12,
# 192.168/16, 224/3. Dropped without a word, as section 9 wants.
BLACKHOLES=
if [ "$PROTO41_MAPPING" = 6to4 ] && [ "${PROTO41_SWITCH_PRIVATE_V4:?}" = deny ]; then
  BLACKHOLES='2002::/24 2002:a00::/24 2002:7f00::/24 2002:a9fe::/32 2002:ac10::/28 2002:c0a8::/32 2002:e000::/19'
fi
