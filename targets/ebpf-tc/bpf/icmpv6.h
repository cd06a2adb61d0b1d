/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* ICMPv6 errors about packets that cannot enter the tunnel (RFC 4443); about all others the kernel reports. */
#pragma once

#include "packet.h"

#define ERROR_HEADERS (sizeof(struct ipv6hdr) + sizeof(struct icmp6hdr))
/* RFC 4443 section 2.4 (c): as much of the packet as fits into the smallest MTU. */
#define MAXIMUM_QUOTE (IPV6_MINIMUM_MTU - ERROR_HEADERS)
#define MAXIMUM_EXTENSION_HEADERS 8
#define ADDRESS_UNREACHABLE 3
/* The stack takes one off on the way from the tunnel device to the pods. */
#define ERROR_HOP_LIMIT (64 + 1)

#define ERRORS_PER_SECOND 100
#define ERRORS_AT_ONCE 50
#define NANOSECONDS 1000000000ULL

struct bucket {
  struct bpf_spin_lock lock;
  __u32 tokens;
  __u64 filled_at;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct bucket);
} buckets SEC(".maps");

/* RFC 4443 section 2.4 (f): a token bucket. */
static __always_inline int may_report(void) {
  __u32 key = 0;
  struct bucket *bucket = bpf_map_lookup_elem(&buckets, &key);
  if (!bucket) return 0;
  __u64 now = bpf_ktime_get_ns();
  int allowed = 0;
  bpf_spin_lock(&bucket->lock);
  __u64 elapsed = now - bucket->filled_at;
  if (elapsed > NANOSECONDS) elapsed = NANOSECONDS;
  __u64 tokens = bucket->tokens + elapsed * ERRORS_PER_SECOND / NANOSECONDS;
  if (tokens != bucket->tokens) bucket->filled_at = now;
  if (tokens > ERRORS_AT_ONCE) tokens = ERRORS_AT_ONCE;
  if (tokens > 0) {
    tokens--;
    allowed = 1;
  }
  bucket->tokens = tokens;
  bpf_spin_unlock(&bucket->lock);
  return allowed;
}

/* RFC 4443 section 2.4 (e): whether a chain of headers ends in something else than an ICMPv6 error or a Redirect. */
__noinline int is_no_error(struct __sk_buff *skb, __u32 at, __u32 next_header) {
  for (int count = 0; count < MAXIMUM_EXTENSION_HEADERS; count++) {
    __u8 header[4];
    if (next_header == IPPROTO_ICMPV6) {
      if (bpf_skb_load_bytes(skb, at, header, 1) < 0) return 0;
      return header[0] >= 128 && header[0] != ND_REDIRECT;
    }
    if (next_header != IPPROTO_HOPOPTS && next_header != IPPROTO_DSTOPTS && next_header != IPPROTO_ROUTING &&
        next_header != IPPROTO_FRAGMENT)
      return 1;
    if (bpf_skb_load_bytes(skb, at, header, sizeof(header)) < 0) return 1;
    /* What a later fragment carries is anybody's guess. */
    if (next_header == IPPROTO_FRAGMENT && (header[2] != 0 || header[3] >= 8)) return header[0] != IPPROTO_ICMPV6;
    at += next_header == IPPROTO_FRAGMENT ? 8 : (header[1] + 1) * 8;
    next_header = header[0];
  }
  return 1;
}

/* The same section: nor about a packet whose sender is not one node. */
static __always_inline int may_be_reported(struct __sk_buff *skb, const struct inner *inner, __u32 at) {
  if (is_unspecified(&inner->source) || is_multicast(&inner->source) || is_multicast(&inner->destination)) return 0;
  return is_no_error(skb, at + sizeof(struct ipv6hdr), inner->next_header);
}

struct reason {
  __u8 type;
  __u8 code;
  __u32 mtu;
};

/*
 * Turns the frame into an error about the packet in it, or what is left of that, and gives it to the stack as if it had come out of
 * the tunnel. `before` bytes are between the Ethernet header and the packet.
 */
static __noinline int report(struct __sk_buff *skb, const struct inner *inner, __u32 before, const struct reason *reason) {
  struct {
    struct ipv6hdr ip;
    struct icmp6hdr icmp;
  } error = {};
  __u32 at = ETH_HLEN + before;
  if (!may_be_reported(skb, inner, at) || !may_report()) return TC_ACT_SHOT;

  /* The quote is of the packet that came, whose hop limit the stack has lowered. */
  if (inner->source.high != config.overlay_address_high || inner->source.low != config.overlay_address_low) {
    __u8 hop_limit = inner->hop_limit + 1;
    bpf_skb_store_bytes(skb, at + __builtin_offsetof(struct ipv6hdr, hop_limit), &hop_limit, 1, 0);
  }
  __u32 quote = skb->len - at;
  if (quote > MAXIMUM_QUOTE) {
    quote = MAXIMUM_QUOTE;
    if (bpf_skb_change_tail(skb, at + MAXIMUM_QUOTE, 0) < 0) return TC_ACT_SHOT;
  }
  if (bpf_skb_adjust_room(skb, ERROR_HEADERS - before, BPF_ADJ_ROOM_MAC, 0) < 0) return TC_ACT_SHOT;

  __u32 length = sizeof(error.icmp) + quote;
  error.ip.version = 6;
  error.ip.payload_len = bpf_htons(length);
  error.ip.nexthdr = IPPROTO_ICMPV6;
  error.ip.hop_limit = ERROR_HOP_LIMIT;
  write_address(&error.ip.saddr, config.overlay_address_high, config.overlay_address_low);
  write_address(&error.ip.daddr, inner->source.high, inner->source.low);
  error.icmp.icmp6_type = reason->type;
  error.icmp.icmp6_code = reason->code;
  error.icmp.icmp6_mtu = bpf_htonl(reason->mtu);

  /* RFC 8200 section 8.1: addresses, length and Next Header belong to the sum. */
  __be32 rest[] = {bpf_htonl(length), bpf_htonl(IPPROTO_ICMPV6)};
  __s64 sum = bpf_csum_diff(0, 0, (void *)&error.ip.saddr, 32, 0);
  sum = bpf_csum_diff(0, 0, rest, sizeof(rest), sum);
  sum = bpf_csum_diff(0, 0, (void *)&error.icmp, sizeof(error.icmp), sum);
  sum = sum_of(skb, ETH_HLEN + ERROR_HEADERS, quote, sum);
  if (sum < 0) return TC_ACT_SHOT;
  error.icmp.icmp6_cksum = ~folded(sum);
  struct ethhdr ethernet = {.h_dest = OVERLAY_MAC, .h_source = OVERLAY_MAC, .h_proto = bpf_htons(ETH_P_IPV6)};
  if (bpf_skb_store_bytes(skb, 0, &ethernet, sizeof(ethernet), 0) < 0) return TC_ACT_SHOT;
  if (bpf_skb_store_bytes(skb, ETH_HLEN, &error, sizeof(error), 0) < 0) return TC_ACT_SHOT;
  return bpf_redirect(OVERLAY_INDEX, BPF_F_INGRESS);
}
