/*
 * Sends frames through a node and counts what comes out of it; so many are on their way at any time that the node is always busy, and so few
 * that none is lost for want of room.
 *
 * Usage: load OUT-DEVICE IN-DEVICE COUNT WINDOW BYTES < frames of BYTES each
 * Prints frames sent, frames back, and nanoseconds from the first to the last.
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
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

/* A slot has room for what tells frames apart. */
enum { BATCH = 128, FLOWS = 256, SPACE = 2048, PATIENCE_MS = 2000, SLOT = 128, SLOTS = 8192, BLOCK = 64 << 10 };

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int open_port(const char *device) {
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
  struct packet_mreq promiscuous = {.mr_type = PACKET_MR_PROMISC};
  int buffer = 32 << 20, on = 1, fd = socket(AF_PACKET, SOCK_RAW, 0);
  if (fd < 0) die("socket");
  address.sll_ifindex = promiscuous.mr_ifindex = if_nametoindex(device);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
  if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0) die("PACKET_IGNORE_OUTGOING");
  if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof promiscuous) < 0) die("promiscuous");
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
  return fd;
}

/* Where the kernel puts what comes in, so that counting costs little: this program must not be what limits the node. */
static uint8_t *open_ring(int fd) {
  int version = TPACKET_V2;
  struct tpacket_req request = {.tp_block_size = BLOCK, .tp_block_nr = SLOT * SLOTS / BLOCK, .tp_frame_size = SLOT, .tp_frame_nr = SLOTS};
  if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) < 0) die("PACKET_VERSION");
  if (setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) < 0) die("PACKET_RX_RING");
  uint8_t *ring = mmap(NULL, SLOT * SLOTS, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (ring == MAP_FAILED) die("mmap");
  return ring;
}

/* The frames that have come in since it was asked last: all of them, and in `wanted` those of a node's kind. */
static long take(uint8_t *ring, long *wanted) {
  static unsigned next;
  long taken = 0;
  for (;; taken++) {
    struct tpacket2_hdr *slot = (struct tpacket2_hdr *)(ring + next * SLOT);
    if (!(__atomic_load_n(&slot->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER)) return taken;
    const uint8_t *frame = (uint8_t *)slot + slot->tp_mac;
    *wanted += slot->tp_len >= 60 && (frame[12] == 8 ? frame[13] == 0 : frame[12] == 0x86);
    __atomic_store_n(&slot->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    next = (next + 1) % SLOTS;
  }
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000ull + time.tv_nsec;
}

int main(int argc, char **argv) {
  static uint8_t frames[FLOWS][SPACE];
  struct mmsghdr sending[BATCH] = {0};
  struct iovec from[BATCH];
  if (argc != 6) return 2;
  long count = atol(argv[3]), window = atol(argv[4]), bytes = atol(argv[5]), flows = 0, sent = 0, back = 0;
  if (bytes > SPACE) return 2;
  while (flows < FLOWS && fread(frames[flows], bytes, 1, stdin) == 1) flows++;
  if (!flows) return 2;
  int out = open_port(argv[1]), in = open_port(argv[2]);
  uint8_t *ring = open_ring(in);
  for (int index = 0; index < BATCH; index++) sending[index].msg_hdr = (struct msghdr){.msg_iov = &from[index], .msg_iovlen = 1};
  uint64_t start = now(), last = start;
  while (back < count) {
    int room = sent - back < window && sent < count ? window - (sent - back) : 0;
    int ready = room < BATCH ? room : BATCH;
    if (ready > count - sent) ready = count - sent;
    for (int index = 0; index < ready; index++) from[index] = (struct iovec){frames[(sent + index) % flows], bytes};
    if (ready) {
      int done = sendmmsg(out, sending, ready, 0);
      if (done < 0) die("sendmmsg");
      sent += done;
    }
    long got = take(ring, &back);
    if (got > 0) last = now();
    if (got == 0 && (!ready || sent - back >= window)) {
      struct pollfd wait = {.fd = in, .events = POLLIN};
      if (poll(&wait, 1, PATIENCE_MS) == 0) break;
    }
  }
  printf("%ld %ld %llu\n", sent, back, (unsigned long long)(last - start));
}
