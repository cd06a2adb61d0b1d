/*
 * An overlay node in user space, as one would write it in C: IPv6 in IPv4 for one 6rd domain whose prefix ends on a byte, between two
 * packet sockets, with up to BATCH frames for each system call. Its neighbours are given and its only route is a router; it checks
 * lengths, checksums, hop limits and that embedded addresses agree, counts nothing and answers nothing.
 *
 * Usage: forward POD-DEVICE UNDERLAY-DEVICE OWN-IPV4 6RD-PREFIX-BYTES(0-8) IPV4-PREFIX-BYTES(0-3) TTL ROUTER-MAC POD-MAC
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* Frames with each system call. */
#ifndef BATCH
#define BATCH 128
#endif

enum { SPACE = 2048, ETHERNET = 14, OUTER = 20, INNER = 40, BATCHES_PER_TURN = 8 };

struct port {
  int fd;
  uint8_t mac[6], next[6];
};

struct ring {
  struct mmsghdr messages[BATCH];
  struct iovec vectors[BATCH];
  uint8_t frames[BATCH][SPACE];
};

static struct port pods, underlay;
static struct ring in, out;
static uint8_t own[4];
static int prefix, common, ttl;
static uint16_t identification;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static struct port open_port(const char *device, const char *next) {
  struct port port;
  struct ifreq request = {0};
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
  int buffer = 32 << 20, on = 1;
  port.fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (port.fd < 0) die("socket");
  strncpy(request.ifr_name, device, IFNAMSIZ - 1);
  if (ioctl(port.fd, SIOCGIFHWADDR, &request) < 0) die(device);
  memcpy(port.mac, request.ifr_hwaddr.sa_data, 6);
  address.sll_ifindex = if_nametoindex(device);
  setsockopt(port.fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
  setsockopt(port.fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
  if (setsockopt(port.fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0) die("PACKET_IGNORE_OUTGOING");
  if (bind(port.fd, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
  if (sscanf(next, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", port.next, port.next + 1, port.next + 2, port.next + 3, port.next + 4,
             port.next + 5) != 6) {
    fprintf(stderr, "expected a MAC address, found %s\n", next);
    exit(2);
  }
  return port;
}

static void prepare(struct ring *ring) {
  memset(ring, 0, sizeof *ring);
  for (int index = 0; index < BATCH; index++) {
    ring->vectors[index] = (struct iovec){.iov_base = ring->frames[index], .iov_len = SPACE};
    ring->messages[index].msg_hdr.msg_iov = &ring->vectors[index];
    ring->messages[index].msg_hdr.msg_iovlen = 1;
  }
}

static uint16_t checksum(const uint8_t *header) {
  uint32_t sum = 0;
  for (int at = 0; at < OUTER; at += 2) sum += header[at] << 8 | header[at + 1];
  sum = (sum & 0xffff) + (sum >> 16);
  return ~((sum & 0xffff) + (sum >> 16));
}

/* The IPv4 address that an IPv6 address embeds. */
static void embedded(uint8_t *address, const uint8_t *ipv6) {
  memcpy(address, own, common);
  memcpy(address + common, ipv6 + prefix, 4 - common);
}

static int length_of(const uint8_t *packet, int room) {
  if (room < INNER || packet[0] >> 4 != 6 || packet[7] <= 1) return 0;
  int length = INNER + (packet[4] << 8 | packet[5]);
  return length <= room ? length : 0;
}

static int to_tunnel(const uint8_t *frame, int bytes, uint8_t *made) {
  const uint8_t *packet = frame + ETHERNET;
  int length = memcmp(frame, pods.mac, 6) || frame[12] != 0x86 || frame[13] != 0xdd ? 0 : length_of(packet, bytes - ETHERNET);
  uint8_t source[4], destination[4];
  if (!length || length + OUTER > 1500) return 0;
  embedded(source, packet + 8);
  embedded(destination, packet + 24);
  if (memcmp(packet + 8, packet + 24, prefix) || memcmp(source, own, 4) || !memcmp(destination, own, 4)) return 0;
  memcpy(made, underlay.next, 6);
  memcpy(made + 6, underlay.mac, 6);
  uint8_t *header = made + ETHERNET;
  int total = length + OUTER;
  uint8_t outer[OUTER] = {0x45, packet[0] << 4 | packet[1] >> 4, total >> 8, total, identification >> 8, identification, 0x40, 0, ttl, 41};
  made[12] = 8;
  made[13] = 0;
  identification++;
  memcpy(outer + 12, own, 4);
  memcpy(outer + 16, destination, 4);
  uint16_t sum = checksum(outer);
  outer[10] = sum >> 8;
  outer[11] = sum;
  memcpy(header, outer, OUTER);
  memcpy(header + OUTER, packet, length);
  header[OUTER + 7]--;
  return ETHERNET + total;
}

static int to_pods(const uint8_t *frame, int bytes, uint8_t *made) {
  const uint8_t *header = frame + ETHERNET, *packet = header + OUTER;
  uint8_t source[4], destination[4];
  if (bytes < ETHERNET + OUTER + INNER || memcmp(frame, underlay.mac, 6) || frame[12] != 8 || frame[13]) return 0;
  int total = header[2] << 8 | header[3];
  if (header[0] != 0x45 || header[9] != 41 || (header[6] & 0x3f) || header[7] || ETHERNET + total > bytes || checksum(header)) return 0;
  int length = length_of(packet, total - OUTER);
  if (!length) return 0;
  embedded(source, packet + 8);
  embedded(destination, packet + 24);
  if (memcmp(source, header + 12, 4) || memcmp(destination, own, 4) || memcmp(header + 16, own, 4)) return 0;
  /* RFC 6040 section 4.2, congestion experienced. */
  int isMarked = (header[1] & 3) == 3;
  if (isMarked && !(packet[1] & 0x30)) return 0;
  memcpy(made, pods.next, 6);
  memcpy(made + 6, pods.mac, 6);
  made[12] = 0x86;
  made[13] = 0xdd;
  memcpy(made + ETHERNET, packet, length);
  if (isMarked) made[ETHERNET + 1] |= 0x30;
  made[ETHERNET + 7]--;
  return ETHERNET + length;
}

static void turn(int from, int to, int (*made_of)(const uint8_t *, int, uint8_t *)) {
  for (int batch = 0; batch < BATCHES_PER_TURN; batch++) {
    int count = recvmmsg(from, in.messages, BATCH, MSG_DONTWAIT, NULL), ready = 0;
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count < 0) die("recvmmsg");
    for (int index = 0; index < count; index++) {
      int length = made_of(in.frames[index], in.messages[index].msg_len, out.frames[ready]);
      if (length) out.vectors[ready++].iov_len = length;
    }
    for (int sent = 0; sent < ready;) {
      int done = sendmmsg(to, out.messages + sent, ready - sent, 0);
      if (done < 0) die("sendmmsg");
      sent += done;
    }
    if (count < BATCH) return;
  }
}

int main(int argc, char **argv) {
  if (argc != 9 || inet_pton(AF_INET, argv[3], own) != 1) {
    fprintf(stderr, "usage: forward POD-DEVICE UNDERLAY-DEVICE OWN-IPV4 6RD-PREFIX-BYTES IPV4-PREFIX-BYTES TTL ROUTER-MAC POD-MAC\n");
    return 2;
  }
  prefix = atoi(argv[4]);
  common = atoi(argv[5]);
  ttl = atoi(argv[6]);
  underlay = open_port(argv[2], argv[7]);
  pods = open_port(argv[1], argv[8]);
  prepare(&in);
  prepare(&out);
  puts("ready");
  fflush(stdout);
  struct pollfd both[2] = {{.fd = pods.fd, .events = POLLIN}, {.fd = underlay.fd, .events = POLLIN}};
  for (;;) {
    if (poll(both, 2, -1) < 0 && errno != EINTR) die("poll");
    if (both[0].revents & POLLIN) turn(pods.fd, underlay.fd, to_tunnel);
    if (both[1].revents & POLLIN) turn(underlay.fd, pods.fd, to_pods);
  }
}
