# Read by plan.sh: what is special about the driver. All other programs are shared by linux-sit, linux-gre and linux-ip6tnl.

TARGET=linux-sit
MODULE=sit
LINK_TYPE=sit
MAPPINGS='6rd 6to4 6in4 isatap'
ENCAPSULATIONS='protocol-41 fou gue'
OUTER_FAMILY=ipv4
ENCAP_LIMITS=off
# Of all headers that the driver itself puts before the inner packet.
OUTER_BYTES=20

link_words() {
  echo "sit mode ip6ip local $PROTO41_UNDERLAY_ADDRESS $mapping $bound $path_mtu tos $tos $encapsulation"
}
