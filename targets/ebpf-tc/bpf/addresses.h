/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Which addresses belong to the overlay, which endpoint they embed, and which may not appear in a tunnel. */
#pragma once

#include "packet.h"

static __always_inline int in_prefix(const struct address *address, __u64 high, int length) {
  return length == 0 || (address->high ^ high) >> (64 - length) == 0;
}

static __always_inline int in_node_prefix(const struct address *address) {
  return in_prefix(address, config.node_prefix, config.node_prefix_length);
}

static __always_inline int in_domain(const struct address *address) {
  return config.embeds && in_prefix(address, config.domain, config.domain_length);
}

/* The IPv4 bits behind the common prefix follow the prefix of the domain (RFC 5969 section 4, RFC 3056 section 2). */
static __always_inline __u32 embedded_in(const struct address *address) {
  __u64 bits = address->high << config.domain_length >> 32 >> config.common_length;
  return config.common_prefix | (__u32)bits;
}

static __always_inline int is_multicast(const struct address *address) { return address->high >> 56 == 0xff; }
static __always_inline int is_link_local(const struct address *address) { return address->high >> 54 == 0xfe80 >> 6; }
static __always_inline int is_site_local(const struct address *address) { return address->high >> 54 == 0xfec0 >> 6; }
static __always_inline int is_unspecified(const struct address *address) {
  return address->high == 0 && address->low == 0;
}
/* ::a.b.c.d, with :: and ::1 among them. */
static __always_inline int is_compatible(const struct address *address) {
  return address->high == 0 && address->low >> 32 == 0;
}
static __always_inline int is_mapped(const struct address *address) {
  return address->high == 0 && address->low >> 32 == 0xffff;
}

/* RFC 3964 section 5.3.2: what neither inner address of an automatic tunnel may be. */
static __always_inline int is_forbidden_inside(const struct address *address) {
  return is_multicast(address) || is_link_local(address) || is_site_local(address) || address->high >> 48 == 0;
}

/* RFC 3056 section 9: no endpoint has such an address. */
static __always_inline int is_special(__u32 address) {
  __u8 first = address >> 24;
  if (first == 0 || first == 127 || first >= 224 || address >> 16 == 0xa9fe) return 1;
  if (!config.private_denied) return 0;
  return first == 10 || address >> 20 == 0xac1 || address >> 16 == 0xc0a8;
}

static __always_inline int is_own(__u32 address) {
  return address == config.own_1 || address == config.own_2 || address == config.own_3 || address == config.own_4;
}

static __always_inline int is_own_broadcast(__u32 address) {
  return address == 0xffffffff || address == config.broadcast_1 || address == config.broadcast_2 ||
         address == config.broadcast_3 || address == config.broadcast_4;
}

/* Whether a header that an ICMPv4 error quotes is of a packet that this tunnel has sent. */
static __always_inline int is_quote_of_tunnel(const struct iphdr *quoted) {
  __u32 destination = bpf_ntohl(quoted->daddr);
  if (quoted->version != 4 || quoted->ihl < 5 || quoted->protocol != IPPROTO_IPV6) return 0;
  if (bpf_ntohl(quoted->saddr) != config.underlay_address) return 0;
  return config.embeds ? !is_special(destination) : destination == config.remote;
}

/* RFC 6324 section 3.1: a destination that leads back to this node by another mechanism, which is 6to4. */
static __always_inline int is_foreign_and_own(const struct address *address) {
  if (!config.foreign_prefixes_checked || in_domain(address) || address->high >> 48 != 0x2002) return 0;
  return is_own((__u32)(address->high >> 16));
}
