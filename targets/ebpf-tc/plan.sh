# Read by up and down: names of what the node is made of; bpf/config.h has the numbers too.

TARGET=ebpf-tc
OUTER_FAMILY=ipv4
# The two ends of one link. Only the first has traffic; the second is there because a link has two ends.
DEVICE=overlay
DEVICE_INDEX=4141
DEVICE_MAC=02:41:00:00:41:41
PEER=overlay-end
# Puts fragments together, see bpf/reassembly.h.
REASSEMBLER=overlay-frag
REASSEMBLER_INDEX=4142
REASSEMBLY_PORT=4790
# The dummy address of RFC 7600, which no packet on a network has.
REASSEMBLY_ADDRESS=192.0.0.8
# Number of the block of filters.
BLOCK=41
# Says that the bpf file system is mounted by this target.
MOUNTED=${TMPDIR:-/tmp}/ebpf-tc.mounted
OBJECT=${TMPDIR:-/tmp}/ebpf-tc.o

. ./node.sh
