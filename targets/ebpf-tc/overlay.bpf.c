/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/*
 * A stateless overlay node: IPv6 in IPv4 (protocol 41), the endpoint taken from the inner destination.
 *
 * Pods, routes, neighbours, hop limits and nearly all ICMPv6 are the stack's. It routes what belongs into the tunnel to the device
 * `overlay`, at whose egress it is encapsulated; what comes out of the tunnel enters the stack at the ingress of that device.
 */
#include "bpf/packet.h"

#include "bpf/decapsulate.h"
#include "bpf/encapsulate.h"
#include "bpf/icmpv4.h"
#include "bpf/path-mtu.h"
#include "bpf/reassembly.h"
#include "bpf/route.h"

char _license[] SEC("license") = "Dual MIT/GPL";

/* RFC 1122 section 3.2.1.8 (c): nothing that was routed by its source, and nothing malformed. */
__noinline int has_sound_options(struct __sk_buff *skb, __u32 header_length) {
  __u32 end = ETH_HLEN + header_length;
  __u32 at = ETH_HLEN + sizeof(struct iphdr);
  for (int count = 0; count < IPV4_MAXIMUM_OPTIONS && at < end; count++) {
    __u8 option[2] = {};
    if (bpf_skb_load_bytes(skb, at, option, 1) < 0) return 0;
    if (option[0] == IPOPT_END) return 1;
    if (option[0] == IPOPT_LSRR || option[0] == IPOPT_SSRR) return 0;
    if (option[0] == IPOPT_NOOP) {
      at++;
      continue;
    }
    if (at + 1 >= end || bpf_skb_load_bytes(skb, at + 1, option + 1, 1) < 0 || option[1] < 2) return 0;
    at += option[1];
  }
  return at <= end;
}

/* Whatever is not for the tunnel, or not even sound, is the stack's. */
/* What this node says to itself comes here too: see translate_error. */
static __noinline int from_underlay(struct __sk_buff *skb) {
  struct iphdr header;
  if (skb->protocol != bpf_htons(ETH_P_IP)) return TC_ACT_OK;
  if (bpf_skb_load_bytes(skb, ETH_HLEN, &header, sizeof(header)) < 0) return TC_ACT_OK;
  __u32 header_length = header.ihl * 4;
  __u32 total_length = bpf_ntohs(header.tot_len);
  if (header.version != 4 || header_length < sizeof(header) || total_length < header_length) return TC_ACT_OK;
  if (skb->len < ETH_HLEN + total_length) return TC_ACT_OK;
  __s64 sum = sum_of(skb, ETH_HLEN, header_length, 0);
  if (sum < 0 || folded(sum) != 0xffff) return TC_ACT_OK;

  int is_mine = skb->pkt_type == PACKET_HOST && header.daddr == bpf_htonl(config.underlay_address);
  int is_fragment = (header.frag_off & bpf_htons(IPV4_MORE_FRAGMENTS | IPV4_OFFSET)) != 0;
  if (header.protocol == IPPROTO_ICMP && is_mine && !is_fragment) {
    int verdict = TC_ACT_OK;
    learn_path_mtu(skb, header_length, total_length);
    if (translate_error(skb, header_length, total_length, &verdict)) return verdict;
  }
  /* The address is the program's own. */
  if (header.daddr == bpf_htonl(REASSEMBLY_ADDRESS)) return TC_ACT_SHOT;
  if (header.protocol != IPPROTO_IPV6) return TC_ACT_OK;
  /* Nothing else takes this protocol here, and its sender is not to be answered. */
  if (!is_mine || !may_come_from(bpf_ntohl(header.saddr)) || !has_sound_options(skb, header_length)) return TC_ACT_SHOT;
  if (config.strict_rpf && port_towards(skb, bpf_ntohl(header.saddr)) != skb->ifindex) return TC_ACT_SHOT;
  if (is_fragment) return convert_fragment(skb, &header);
  struct outer outer = {bpf_ntohl(header.saddr), header.tos};
  return decapsulate(skb, &outer, header_length, total_length - header_length);
}

/* On the way out to the underlay. It needs no map. */
SEC("tc/out")
int out(struct __sk_buff *skb) { return restore_quote(skb); }

/* One program for all devices otherwise, because each one loaded would have maps of its own. */
SEC("tc")
int overlay(struct __sk_buff *skb) {
  if (skb->ifindex == OVERLAY_INDEX) return encapsulate(skb);
  if (skb->ifindex == REASSEMBLER_INDEX) return decapsulate_reassembled(skb);
  return from_underlay(skb);
}
