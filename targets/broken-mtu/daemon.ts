import { runDaemon } from '../../harness/reference/live/daemon.ts';

// The mistake: a router of the underlay says "fragmentation needed" (ICMPv4 3/4), and nobody listens (RFC 4213 section 3.4). Pods go on
// sending packets that do not fit and never arrive: a connection that opens and then hangs.
await runDaemon({
  pidFile: '/run/reference.pid',
  statsFile: '/run/reference-stats.json',
  faults: ['icmp-3-4-ignored'],
});
