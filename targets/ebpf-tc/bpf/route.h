/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The stack's IPv4 routes. */
#pragma once

#include "packet.h"

#define ADDRESS_FAMILY_IPV4 2

/* Index of the device through which a route leads, 0 when none does. */
static __always_inline __u32 port_towards(struct __sk_buff *skb, __u32 destination) {
  struct bpf_fib_lookup route = {};
  route.family = ADDRESS_FAMILY_IPV4;
  route.l4_protocol = IPPROTO_IPV6;
  route.ifindex = OVERLAY_INDEX;
  route.ipv4_src = bpf_htonl(config.underlay_address);
  route.ipv4_dst = bpf_htonl(destination);
  int answer = bpf_fib_lookup(skb, &route, sizeof(route), 0);
  /* That the neighbour is not known yet is no matter: the stack will ask for it. */
  return answer == BPF_FIB_LKUP_RET_SUCCESS || answer == BPF_FIB_LKUP_RET_NO_NEIGH ? route.ifindex : 0;
}
