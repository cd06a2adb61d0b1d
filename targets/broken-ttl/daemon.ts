import { runDaemon } from '../../harness/reference/live/daemon.ts';

// The mistake: a tunnel is one hop for IPv6, so the outer TTL is the node's own affair (RFC 4213 section 3.3). Here it is the hop
// limit of the inner packet, and a traceroute between pods shows the routers of the underlay.
await runDaemon({ pidFile: '/run/reference.pid', statsFile: '/run/reference-stats.json', faults: ['ttl-copy'] });
