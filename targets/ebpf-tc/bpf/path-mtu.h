/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Path MTU of each endpoint, learned from ICMPv4 (RFC 1191, RFC 4213 section 3.2.2). */
#pragma once

#include "addresses.h"

/* RFC 1191 section 6.3 recommends ten minutes after a decrease. */
#define LIFETIME_NS (600ULL * 1000000000ULL)
#define MINIMUM_PATH_MTU 68

struct path {
  __u64 until;
  __u32 mtu;
};

/* Only decreases are kept, and of those only the latest. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 4096);
  __type(key, __u32);
  __type(value, struct path);
} paths SEC(".maps");

static __always_inline __u32 path_mtu(__u32 destination, __u32 link_mtu) {
  struct path *path = bpf_map_lookup_elem(&paths, &destination);
  if (!path || path->mtu >= link_mtu || bpf_ktime_get_ns() >= path->until) return link_mtu;
  return path->mtu;
}

/* RFC 1191 section 7.1: what to try when a router names no MTU. */
static __always_inline __u32 plateau_below(__u32 length) {
  const __u32 plateaus[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296};
  for (unsigned index = 0; index < sizeof(plateaus) / sizeof(plateaus[0]); index++) {
    if (plateaus[index] < length) return plateaus[index];
  }
  return MINIMUM_PATH_MTU;
}

/* Reads an ICMPv4 message whose IPv4 header is sound and `header_length` long. */
static __noinline void learn_path_mtu(struct __sk_buff *skb, __u32 header_length, __u32 total_length) {
  struct {
    struct icmpv4_error icmp;
    struct iphdr quoted;
  } message;
  __u32 at = ETH_HLEN + header_length;
  if (config.static_mtu != 0 || total_length < header_length + sizeof(message) + 8) return;
  if (bpf_skb_load_bytes(skb, at, &message, sizeof(message)) < 0) return;
  if (message.icmp.type != ICMPV4_UNREACHABLE || message.icmp.code != ICMPV4_FRAGMENTATION_NEEDED) return;
  if (!is_quote_of_tunnel(&message.quoted)) return;
  __s64 sum = sum_of(skb, at, total_length - header_length, 0);
  if (sum < 0 || folded(sum) != 0xffff) return;

  __u32 destination = bpf_ntohl(message.quoted.daddr);
  __u32 sent = bpf_ntohs(message.quoted.tot_len);
  __u32 mtu = bpf_ntohs(message.icmp.mtu);
  __u32 current = path_mtu(destination, sent < config.underlay_mtu && sent != 0 ? sent : config.underlay_mtu);
  if (mtu == 0) mtu = plateau_below(current);
  if (mtu < MINIMUM_PATH_MTU) mtu = MINIMUM_PATH_MTU;
  if (mtu >= path_mtu(destination, config.underlay_mtu)) return;
  struct path path = {bpf_ktime_get_ns() + LIFETIME_NS, mtu};
  bpf_map_update_elem(&paths, &destination, &path, BPF_ANY);
}
