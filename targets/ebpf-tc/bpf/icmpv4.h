/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* ICMPv4 errors about tunnel packets, told to the sender of the inner packet as ICMPv6 (RFC 4213 section 3.4). */
#pragma once

#include "addresses.h"
#include "icmpv6.h"

/* RFC 4443 section 3.1: 8 bytes behind the IPv6 header are what a sender recognises its packet by. */
#define RECOGNISABLE (sizeof(struct ipv6hdr) + 8)

/* An error of this node to itself, such as that a peer does not answer ARP, is told whatever the policy is. */
static __always_inline int is_to_be_told(const struct icmpv4_error *icmp, int is_own_error) {
  if (icmp->type == ICMPV4_UNREACHABLE) {
    if (icmp->code == ICMPV4_FRAGMENTATION_NEEDED) return 0;
  } else if (icmp->type != ICMPV4_TIME_EXCEEDED || icmp->code != 0) {
    return 0;
  }
  return is_own_error || config.translation != TRANSLATION_NONE;
}

/* False when the error is left to the stack; otherwise `verdict` is what becomes of the frame. */
static __noinline int translate_error(struct __sk_buff *skb, __u32 header_length, __u32 total_length, int *verdict) {
  struct {
    struct icmpv4_error icmp;
    struct iphdr quoted;
  } message;
  struct inner inner;
  int is_own_error = skb->ifindex == LOOPBACK_INDEX;
  __u32 at = ETH_HLEN + header_length;
  if (total_length < header_length + sizeof(message) || bpf_skb_load_bytes(skb, at, &message, sizeof(message)) < 0) return 0;
  if (!is_to_be_told(&message.icmp, is_own_error) || !is_quote_of_tunnel(&message.quoted)) return 0;
  if ((message.quoted.frag_off & bpf_htons(IPV4_OFFSET)) != 0) return 0;

  /* RFC 4884 section 4: extensions may follow the quote. */
  __u32 end = ETH_HLEN + total_length;
  __u32 said = at + sizeof(message.icmp) + (bpf_ntohs(message.icmp.unused) & 0xff) * 4;
  if ((message.icmp.unused & bpf_htons(0xff)) != 0 && said < end) end = said;
  __u32 quote_at = at + sizeof(message.icmp) + message.quoted.ihl * 4;
  if (!read_inner(skb, quote_at, &inner)) return 0;
  __u32 needed = inner.length < RECOGNISABLE ? inner.length : RECOGNISABLE;
  if (end < quote_at + needed || !in_node_prefix(&inner.source)) return 0;
  if (!is_own_error) {
    __s64 sum = sum_of(skb, at, total_length - header_length, 0);
    if (sum < 0 || folded(sum) != 0xffff) return 0;
  }

  /* The frame becomes an Ethernet header and the quoted packet, as if that were on its way into the tunnel. */
  *verdict = TC_ACT_SHOT;
  if (end > quote_at + inner.length) end = quote_at + inner.length;
  if (skb->len > end && bpf_skb_change_tail(skb, end, 0) < 0) return 1;
  if (bpf_skb_adjust_room(skb, -(__s32)(quote_at - ETH_HLEN - sizeof(struct iphdr)), BPF_ADJ_ROOM_MAC, 0) < 0) return 1;
  struct reason reason = {ICMPV6_DEST_UNREACH, ADDRESS_UNREACHABLE, 0};
  if (config.translation == TRANSLATION_LINUX && !is_own_error && message.icmp.type == ICMPV4_TIME_EXCEEDED) {
    reason.type = ICMPV6_TIME_EXCEED;
    reason.code = 0;
  }
  *verdict = report(skb, &inner, sizeof(struct iphdr), &reason);
  return 1;
}
