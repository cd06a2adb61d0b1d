# Read by plan.sh: what is special about the driver. All other programs are shared by linux-sit, linux-gre and linux-ip6tnl.

TARGET=linux-gre
MODULE=ip_gre
LINK_TYPE=gre
MAPPINGS=6in4
ENCAPSULATIONS=gre
OUTER_FAMILY=ipv4
LINK_LOCAL=fe80::${PROTO41_UNDERLAY_ADDRESS:?}
ENCAP_LIMITS=off
# IPv4 and the base header of GRE.
OUTER_BYTES=24

link_words() {
  echo "gre local $PROTO41_UNDERLAY_ADDRESS $mapping $bound $path_mtu tos $tos"
}
