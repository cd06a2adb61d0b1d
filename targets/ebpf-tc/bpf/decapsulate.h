/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Out of the tunnel (RFC 4213 section 3.6, RFC 5969 section 9.2, RFC 3964 section 5). What a check discards, it discards silently. */
#pragma once

#include "addresses.h"

struct outer {
  __u32 source;
  __u8 tos;
};

/* RFC 6040 section 4.2: the Traffic Class behind the tunnel; negative drops the packet. */
static __always_inline int merged_class(__u8 inner, __u8 outer) {
  __u8 inner_ecn = inner & ECN_MASK;
  __u8 outer_ecn = outer & ECN_MASK;
  if (!config.ecn_merged) return inner;
  if (inner_ecn == 0) return outer_ecn == 3 ? -1 : inner;
  if (outer_ecn == 3 || inner_ecn == 3) return inner | 3;
  return outer_ecn == 1 ? (inner & ~ECN_MASK) | 1 : inner;
}

static __always_inline int may_come_from(__u32 source) {
  if (!config.embeds && source != config.remote) return 0;
  return !is_special(source) && !is_own(source) && !is_own_broadcast(source);
}

static __always_inline int may_leave(const struct inner *inner, __u32 outer_source) {
  const struct address *source = &inner->source;
  const struct address *destination = &inner->destination;
  if (is_multicast(source) || is_mapped(source) || (is_compatible(source) && !is_unspecified(source))) return 0;
  if (config.ingress_filtered && in_node_prefix(source)) return 0;
  if (!config.embeds) return 1;
  if (is_forbidden_inside(source) || is_forbidden_inside(destination)) return 0;
  if (is_foreign_and_own(destination)) return 0;

  int source_embeds = in_domain(source);
  int destination_embeds = in_domain(destination);
  __u32 embedded_source = embedded_in(source);
  __u32 embedded_destination = embedded_in(destination);
  if (source_embeds && (is_special(embedded_source) || embedded_source != outer_source)) return 0;
  if (!source_embeds && config.native_sources == NATIVE_DENIED) return 0;
  if (!source_embeds && config.native_sources == NATIVE_FROM_RELAY && (config.relay == 0 || outer_source != config.relay)) return 0;
  if (!destination_embeds) return source_embeds && config.is_relay;
  if (embedded_destination == config.underlay_address) return 1;
  /* RFC 5969 section 8: what a node sends to itself, its relay returns. */
  return config.is_relay && !is_special(embedded_destination) && embedded_destination == outer_source;
}

/* The frame holds an Ethernet header, `before` bytes to take away, and the inner packet in `available` bytes. */
static __noinline int decapsulate(struct __sk_buff *skb, const struct outer *outer, __u32 before, __u32 available) {
  struct inner inner;
  if (!may_come_from(outer->source) || !read_inner(skb, ETH_HLEN + before, &inner)) return TC_ACT_SHOT;
  if (inner.length > available || !may_leave(&inner, outer->source)) return TC_ACT_SHOT;
  int traffic_class = merged_class(inner.traffic_class, outer->tos);
  if (traffic_class < 0) return TC_ACT_SHOT;
  if (traffic_class != inner.traffic_class) {
    __u8 second;
    if (bpf_skb_load_bytes(skb, ETH_HLEN + before + 1, &second, 1) < 0) return TC_ACT_SHOT;
    __u8 start[] = {6 << 4 | traffic_class >> 4, (traffic_class << 4 & 0xf0) | (second & 0x0f)};
    if (bpf_skb_store_bytes(skb, ETH_HLEN + before, start, sizeof(start), BPF_F_RECOMPUTE_CSUM) < 0) return TC_ACT_SHOT;
  }

  /* What follows the packet is of the link, or nobody's. */
  __u32 whole = ETH_HLEN + before + inner.length;
  if (skb->len > whole && bpf_skb_change_tail(skb, whole, 0) < 0) return TC_ACT_SHOT;
  if (before != 0 && bpf_skb_adjust_room(skb, -(__s32)before, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO) < 0)
    return TC_ACT_SHOT;
  struct ethhdr ethernet = {.h_dest = OVERLAY_MAC, .h_source = OVERLAY_MAC, .h_proto = bpf_htons(ETH_P_IPV6)};
  if (bpf_skb_store_bytes(skb, 0, &ethernet, sizeof(ethernet), 0) < 0) return TC_ACT_SHOT;
  return bpf_redirect(OVERLAY_INDEX, BPF_F_INGRESS);
}
