/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Headers as the programs see them: read into plain values, addresses in host order. */
#pragma once

#include <linux/bpf.h>
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "config.h"

#define IPV4_DONT_FRAGMENT 0x4000
#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_OFFSET 0x1fff
#define IPV6_MINIMUM_MTU 1280
#define ECN_MASK 3
#define ND_ROUTER_SOLICITATION 133
#define ND_REDIRECT 137
#define IPV4_MAXIMUM_OPTIONS 40

/* The longest thing that is ever summed: an ICMPv4 message in a frame of 64 KiB is not worth it. */
#define SUM_CHUNK 32
#define SUM_CHUNKS 72

/* linux/icmp.h wants the C library. */
#define ICMPV4_UNREACHABLE 3
#define ICMPV4_TIME_EXCEEDED 11
#define ICMPV4_REASSEMBLY_TIMEOUT 1
#define ICMPV4_FRAGMENTATION_NEEDED 4
struct icmpv4_error {
  __u8 type;
  __u8 code;
  __be16 checksum;
  __be16 unused;
  __be16 mtu;
};

struct address {
  __u64 high;
  __u64 low;
};

struct inner {
  struct address source;
  struct address destination;
  __u32 length; /* of the whole packet, as its header says */
  __u8 traffic_class;
  __u8 next_header;
  __u8 hop_limit;
};

static __always_inline struct address address_of(const struct in6_addr *bytes) {
  const __u32 *words = bytes->in6_u.u6_addr32;
  struct address address = {
      (__u64)bpf_ntohl(words[0]) << 32 | bpf_ntohl(words[1]),
      (__u64)bpf_ntohl(words[2]) << 32 | bpf_ntohl(words[3]),
  };
  return address;
}

static __always_inline void write_address(struct in6_addr *bytes, __u64 high, __u64 low) {
  bytes->in6_u.u6_addr32[0] = bpf_htonl(high >> 32);
  bytes->in6_u.u6_addr32[1] = bpf_htonl((__u32)high);
  bytes->in6_u.u6_addr32[2] = bpf_htonl(low >> 32);
  bytes->in6_u.u6_addr32[3] = bpf_htonl((__u32)low);
}

/* False when there is no IPv6 header at this place. */
static __always_inline int read_inner(struct __sk_buff *skb, __u32 at, struct inner *inner) {
  struct ipv6hdr header;
  if (bpf_skb_load_bytes(skb, at, &header, sizeof(header)) < 0 || header.version != 6) return 0;
  inner->source = address_of(&header.saddr);
  inner->destination = address_of(&header.daddr);
  inner->length = sizeof(header) + bpf_ntohs(header.payload_len);
  inner->traffic_class = header.priority << 4 | header.flow_lbl[0] >> 4;
  inner->next_header = header.nexthdr;
  inner->hop_limit = header.hop_limit;
  return 1;
}

static __always_inline __u16 folded(__u64 sum) {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

static __always_inline __u16 header_checksum(struct iphdr *header) {
  header->check = 0;
  return ~folded(bpf_csum_diff(0, 0, (void *)header, sizeof(*header), 0));
}

/*
 * Sum (RFC 1071) of a part of the frame on top of `sum`; negative when it is too long. A function that is not static the kernel verifies
 * once, not for each caller.
 */
__noinline __s64 sum_of(struct __sk_buff *skb, __u32 at, __u32 length, __s64 sum) {
  __u8 chunk[SUM_CHUNK];
  if (length > SUM_CHUNK * SUM_CHUNKS) return -1;
  for (int index = 0; index < SUM_CHUNKS; index++) {
    if (length < SUM_CHUNK) break;
    if (bpf_skb_load_bytes(skb, at, chunk, SUM_CHUNK) < 0) return -1;
    sum = bpf_csum_diff(0, 0, (void *)chunk, SUM_CHUNK, sum);
    at += SUM_CHUNK;
    length -= SUM_CHUNK;
  }
  if (length == 0) return sum;
  __builtin_memset(chunk, 0, sizeof(chunk));
  /* In words that verifiers of all ages take for "from 1 to 32". */
  __u32 rest = ((length - 1) & (SUM_CHUNK - 1)) + 1;
  if (bpf_skb_load_bytes(skb, at, chunk, rest) < 0) return -1;
  return bpf_csum_diff(0, 0, (void *)chunk, SUM_CHUNK, sum);
}
