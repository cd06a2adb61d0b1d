/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/*
 * Fragmented tunnel packets. Programs cannot put fragments together, and the stack does so only for packets of a protocol that it
 * delivers. So fragments become those of a VXLAN-GPE packet (a first header of 16 bytes, which shifts the others by two units of
 * fragment offset), to an address that is on no network, so that they meet no other fragments. The stack puts them together, and its
 * VXLAN device hands out the inner packet with the outer source and TOS.
 */
#pragma once

#include "decapsulate.h"

#define UDP_HEADER 8
#define VXLAN_HEADER 8
#define INSERTED (UDP_HEADER + VXLAN_HEADER)
/* RFC 9638: the flags I and P, and IPv6 as the next protocol. */
#define VXLAN_GPE_FLAGS 0x0c000002

static __noinline int convert_fragment(struct __sk_buff *skb, const struct iphdr *header) {
  struct {
    struct iphdr ip;
    __be16 ports[2];
    __be16 length;
    __be16 checksum;
    __be32 flags;
    __be32 identifier;
  } converted = {};
  __u32 header_length = header->ihl * 4;
  __u32 total_length = bpf_ntohs(header->tot_len);
  __u16 fragment = bpf_ntohs(header->frag_off);
  __u32 inserted = (fragment & IPV4_OFFSET) == 0 ? INSERTED : 0;
  __u32 offset = (fragment & IPV4_OFFSET) + (inserted == 0 ? INSERTED / 8 : 0);
  __u32 payload_length = total_length - header_length;
  if (offset * 8 + payload_length + inserted > 0xffff - sizeof(converted.ip)) return TC_ACT_SHOT;
  if (skb->len > ETH_HLEN + total_length && bpf_skb_change_tail(skb, ETH_HLEN + total_length, 0) < 0) return TC_ACT_SHOT;

  converted.ip = *header;
  converted.ip.ihl = 5;
  converted.ip.protocol = IPPROTO_UDP;
  converted.ip.daddr = bpf_htonl(REASSEMBLY_ADDRESS);
  converted.ip.tot_len = bpf_htons(sizeof(converted.ip) + inserted + payload_length);
  converted.ip.frag_off = bpf_htons((fragment & IPV4_MORE_FRAGMENTS) | offset);
  converted.ip.check = header_checksum(&converted.ip);

  if (inserted != 0) {
    /* The length is not known before the last fragment is here, but the inner header says what it must be. */
    __be16 inner_length;
    if (bpf_skb_load_bytes(skb, ETH_HLEN + header_length + 4, &inner_length, 2) < 0) return TC_ACT_SHOT;
    __u32 length = INSERTED + sizeof(struct ipv6hdr) + bpf_ntohs(inner_length);
    if (length > 0xffff) return TC_ACT_SHOT;
    converted.ports[0] = converted.ports[1] = bpf_htons(REASSEMBLY_PORT);
    converted.length = bpf_htons(length);
    converted.flags = bpf_htonl(VXLAN_GPE_FLAGS);
    converted.identifier = bpf_htonl(REASSEMBLY_IDENTIFIER << 8);
  }
  __s32 difference = (__s32)(inserted + sizeof(converted.ip)) - (__s32)header_length;
  if (difference != 0 && bpf_skb_adjust_room(skb, difference, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO) < 0)
    return TC_ACT_SHOT;
  if (inserted != 0) {
    if (bpf_skb_store_bytes(skb, ETH_HLEN, &converted, sizeof(converted), BPF_F_RECOMPUTE_CSUM) < 0) return TC_ACT_SHOT;
  } else if (bpf_skb_store_bytes(skb, ETH_HLEN, &converted.ip, sizeof(converted.ip), BPF_F_RECOMPUTE_CSUM) < 0) {
    return TC_ACT_SHOT;
  }
  return TC_ACT_OK;
}

/* The device has no link layer: the frame is the inner packet. */
static __noinline int decapsulate_reassembled(struct __sk_buff *skb) {
  struct bpf_tunnel_key key = {};
  if (bpf_skb_get_tunnel_key(skb, &key, sizeof(key), 0) < 0) return TC_ACT_SHOT;
  /* Not sent to the port by somebody else. */
  if (key.tunnel_id != REASSEMBLY_IDENTIFIER || key.local_ipv4 != REASSEMBLY_ADDRESS) return TC_ACT_SHOT;
  if (bpf_skb_change_head(skb, ETH_HLEN, 0) < 0) return TC_ACT_SHOT;
  struct outer outer = {key.remote_ipv4, key.tunnel_tos};
  return decapsulate(skb, &outer, 0, skb->len - ETH_HLEN);
}

/*
 * The stack tells the sender when fragments stay away (RFC 792), but of the packet as it knows it. What leaves is about the packet that
 * came: the outer header as it was, without what was inserted. Options are gone.
 */
static __always_inline int restore_quote(struct __sk_buff *skb) {
  struct {
    struct iphdr ip;
    struct icmpv4_error icmp;
    struct iphdr quoted;
  } error;
  if (skb->protocol != bpf_htons(ETH_P_IP) || bpf_skb_load_bytes(skb, ETH_HLEN, &error, sizeof(error)) < 0) return TC_ACT_OK;
  if (error.ip.saddr != bpf_htonl(REASSEMBLY_ADDRESS)) return TC_ACT_OK;
  /* Nothing else is to be heard from this address. */
  if (error.ip.ihl != 5 || error.ip.protocol != IPPROTO_ICMP || error.quoted.ihl != 5) return TC_ACT_SHOT;
  if (error.icmp.type != ICMPV4_TIME_EXCEEDED || error.icmp.code != ICMPV4_REASSEMBLY_TIMEOUT) return TC_ACT_SHOT;
  __u32 total_length = bpf_ntohs(error.ip.tot_len);
  if (total_length < sizeof(error) + INSERTED + 8 || skb->len != ETH_HLEN + total_length) return TC_ACT_SHOT;
  if (bpf_skb_adjust_room(skb, -INSERTED, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO) < 0) return TC_ACT_SHOT;

  total_length -= INSERTED;
  error.ip.saddr = bpf_htonl(config.underlay_address);
  error.ip.tot_len = bpf_htons(total_length);
  error.ip.check = header_checksum(&error.ip);
  error.quoted.daddr = bpf_htonl(config.underlay_address);
  error.quoted.protocol = IPPROTO_IPV6;
  error.quoted.tot_len = bpf_htons(bpf_ntohs(error.quoted.tot_len) - INSERTED);
  error.quoted.check = header_checksum(&error.quoted);
  error.icmp.checksum = 0;
  if (bpf_skb_store_bytes(skb, ETH_HLEN, &error, sizeof(error), 0) < 0) return TC_ACT_SHOT;
  __u32 at = ETH_HLEN + sizeof(error.ip);
  __s64 sum = sum_of(skb, at, total_length - sizeof(error.ip), 0);
  if (sum < 0) return TC_ACT_SHOT;
  __u16 checksum = ~folded(sum);
  if (bpf_skb_store_bytes(skb, at + 2, &checksum, sizeof(checksum), 0) < 0) return TC_ACT_SHOT;
  return TC_ACT_OK;
}
