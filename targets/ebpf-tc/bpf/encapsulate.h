/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Into the tunnel (RFC 4213 section 3): the stack has routed the packet to the tunnel device and lowered its hop limit. */
#pragma once

#include "addresses.h"
#include "icmpv6.h"
#include "path-mtu.h"
#include "route.h"

/* Every host takes this much in one piece (RFC 791 section 3.1); smaller pieces the path has to make. */
#define SMALLEST_PIECE 576

/* RFC 6864: where DF is clear, an Identification of its own for each packet. */
static __u32 identification;

static __always_inline __u8 outer_tos(__u8 traffic_class) {
  __u8 dscp = config.tos_copied ? traffic_class & ~ECN_MASK : config.fixed_tos & ~ECN_MASK;
  __u8 ecn = traffic_class & ECN_MASK;
  /* RFC 6040 section 4.1 (normal and compatibility mode), RFC 3168 section 9.1.1 (full functionality). */
  if (config.ecn_mode == ECN_COMPATIBILITY) ecn = 0;
  if (config.ecn_mode == ECN_RFC3168 && ecn == 3) ecn = 2;
  return dscp | ecn;
}

/* A link without neighbours has no neighbour discovery (RFC 5969 section 10, RFC 3056 section 3.1); that of others is payload. */
static __always_inline int is_neighbour_discovery(struct __sk_buff *skb, const struct inner *inner) {
  __u8 type;
  if (inner->next_header != IPPROTO_ICMPV6) return 0;
  if (bpf_skb_load_bytes(skb, ETH_HLEN + sizeof(struct ipv6hdr), &type, 1) < 0) return 0;
  return type >= ND_ROUTER_SOLICITATION && type <= ND_REDIRECT;
}

/* What may not enter: nothing is said about it, because whoever sends it knows what he does. */
static __always_inline int may_enter(const struct inner *inner, int is_from_pods) {
  if (is_compatible(&inner->destination) || is_multicast(&inner->destination)) return 0;
  if (config.embeds && (is_forbidden_inside(&inner->source) || is_forbidden_inside(&inner->destination))) return 0;
  if (is_foreign_and_own(&inner->source)) return 0;
  if (!is_from_pods) return 1;
  if (config.pods_confined && !in_node_prefix(&inner->source)) return 0;
  /* The peer would compare it with the outer source (RFC 5969 section 9.2). */
  return !in_domain(&inner->source) || embedded_in(&inner->source) == config.underlay_address;
}

/* 0 when the packet has no endpoint. A destination of the domain is its own next hop (RFC 3056 section 5.3). */
static __always_inline __u32 endpoint_of(const struct inner *inner) {
  if (!config.embeds) return config.remote;
  return in_domain(&inner->destination) ? embedded_in(&inner->destination) : config.relay;
}

static __noinline int encapsulate(struct __sk_buff *skb) {
  struct inner inner;
  struct reason unreachable = {ICMPV6_DEST_UNREACH, ADDRESS_UNREACHABLE, 0};
  if (skb->protocol != bpf_htons(ETH_P_IPV6) || !read_inner(skb, ETH_HLEN, &inner)) return TC_ACT_SHOT;
  int is_from_self = skb->ingress_ifindex == 0;
  int is_from_pods = !is_from_self && skb->ingress_ifindex != OVERLAY_INDEX;
  if (!may_enter(&inner, is_from_pods)) return TC_ACT_SHOT;
  if (config.embeds && is_from_self && is_neighbour_discovery(skb, &inner)) return TC_ACT_SHOT;

  int is_known = !config.embeds || in_domain(&inner.destination) || config.relay != 0;
  __u32 destination = endpoint_of(&inner);
  if (!is_known) return report(skb, &inner, 0, &unreachable);
  if (config.embeds && is_special(destination)) return TC_ACT_SHOT;
  if (is_own(destination) || is_own_broadcast(destination))
    return report(skb, &inner, 0, &unreachable);

  __u8 tos = outer_tos(inner.traffic_class);
  __u32 length = skb->len - ETH_HLEN;
  __u32 port = port_towards(skb, destination);
  if (port == 0) return report(skb, &inner, 0, &unreachable);
  /* A route into a tunnel would never end (RFC 4213 section 3.2). */
  if (port == OVERLAY_INDEX) return TC_ACT_SHOT;

  __u32 link_mtu = port == config.underlay2_index ? config.underlay2_mtu : config.underlay_mtu;
  __u32 path = path_mtu(destination, link_mtu);
  __u32 limit = path - sizeof(struct iphdr);
  int dont_fragment = limit >= IPV6_MINIMUM_MTU;
  if (config.static_mtu != 0) {
    limit = config.static_mtu;
    path = link_mtu;
    dont_fragment = config.fragments_forbidden;
  } else if (config.minimum_is_default) {
    limit = IPV6_MINIMUM_MTU;
  }
  /* Below the smallest MTU of IPv6 the outer packet is fragmented instead, which nobody else may do. */
  if (limit < IPV6_MINIMUM_MTU) limit = IPV6_MINIMUM_MTU;
  struct reason too_big = {ICMPV6_PKT_TOOBIG, 0, limit};
  if (length > limit) return report(skb, &inner, 0, &too_big);

  struct iphdr outer = {};
  outer.version = 4;
  outer.ihl = 5;
  outer.tos = tos;
  outer.tot_len = bpf_htons(sizeof(outer) + length);
  outer.frag_off = dont_fragment ? bpf_htons(IPV4_DONT_FRAGMENT) : 0;
  outer.id = bpf_htons(__sync_fetch_and_add(&identification, 1));
  outer.ttl = config.outer_ttl != 0 ? config.outer_ttl : inner.hop_limit;
  outer.protocol = IPPROTO_IPV6;
  outer.saddr = bpf_htonl(config.underlay_address);
  outer.daddr = bpf_htonl(destination);

  /* The stack fragments what it forwards itself, and takes one off the TTL. */
  int must_fragment = !dont_fragment && sizeof(outer) + length > path;
  if (must_fragment) outer.ttl++;
  outer.check = header_checksum(&outer);

  __u64 flags = BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_FIXED_GSO;
  __be16 protocol = bpf_htons(ETH_P_IP);
  if (bpf_skb_adjust_room(skb, sizeof(outer), BPF_ADJ_ROOM_MAC, flags) < 0) return TC_ACT_SHOT;
  if (bpf_skb_store_bytes(skb, ETH_HLEN, &outer, sizeof(outer), 0) < 0) return TC_ACT_SHOT;
  if (bpf_skb_store_bytes(skb, __builtin_offsetof(struct ethhdr, h_proto), &protocol, 2, 0) < 0) return TC_ACT_SHOT;
  if (must_fragment) return bpf_redirect(OVERLAY_INDEX, BPF_F_INGRESS);
  return bpf_redirect_neigh(port, 0, 0, 0);
}
