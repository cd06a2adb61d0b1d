# Read by up and down: names of what the node is made of.

TARGET=socat-6in4
OUTER_FAMILY=ipv4
DEVICE=overlay
# Of the packet filter.
TABLE=socat-6in4

. ./node.sh
