/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/*
 * The set-up. `up` finds the place in the object file by the marker and writes the numbers there in the order of this page, before the
 * program is loaded: the verifier then knows them, and removes what is never run.
 */
#pragma once

#include <linux/types.h>

struct config {
  char marker[16];
  __u64 underlay_address; /* IPv4 addresses are in host order, here and below */
  __u64 underlay_mtu;
  __u64 underlay2_index; /* 0 without a second underlay port */
  __u64 underlay2_mtu;
  __u64 own_1; /* all addresses on the underlay; those that are not in use repeat the first */
  __u64 own_2;
  __u64 own_3;
  __u64 own_4;
  __u64 broadcast_1; /* of their segments; else 255.255.255.255 */
  __u64 broadcast_2;
  __u64 broadcast_3;
  __u64 broadcast_4;
  __u64 embeds; /* whether addresses embed endpoints; otherwise there is one, the remote */
  __u64 remote;
  __u64 domain; /* upper half of the prefix */
  __u64 domain_length;
  __u64 common_prefix;
  __u64 common_length;
  __u64 relay; /* 0 without one */
  __u64 node_prefix;
  __u64 node_prefix_length;
  __u64 overlay_address_high;
  __u64 overlay_address_low;
  __u64 outer_ttl; /* 0: the inner hop limit */
  __u64 fixed_tos;
  __u64 tos_copied;
  __u64 ecn_mode;
  __u64 ecn_merged;
  __u64 static_mtu; /* 0: path MTU discovery */
  __u64 minimum_is_default;
  __u64 fragments_forbidden;
  __u64 native_sources;
  __u64 translation;
  __u64 strict_rpf;
  __u64 foreign_prefixes_checked;
  __u64 private_denied;
  __u64 pods_confined;
  __u64 ingress_filtered;
  __u64 is_relay;
};

const volatile struct config config = {.marker = "PROTO41-EBPF-TC"};

/* Their numbers are known to config.sh. */
enum ecn_mode { ECN_NORMAL, ECN_RFC3168, ECN_COMPATIBILITY };
enum native_sources { NATIVE_ACCEPTED, NATIVE_FROM_RELAY, NATIVE_DENIED };
enum translation { TRANSLATION_NONE, TRANSLATION_PLAIN, TRANSLATION_LINUX };

/* The devices, see plan.sh. */
#define LOOPBACK_INDEX 1
#define OVERLAY_INDEX 4141
#define REASSEMBLER_INDEX 4142
#define OVERLAY_MAC {0x02, 0x41, 0x00, 0x00, 0x41, 0x41}
#define REASSEMBLY_PORT 4790
#define REASSEMBLY_ADDRESS 0xc0000008
#define REASSEMBLY_IDENTIFIER 0x504341
