import { execFileSync } from 'node:child_process';
import type { PortName } from '../../wire/wire.ts';
import { failureText, ip, NETNS_PORTS } from '../netns/links.ts';
import type { NetworkNamespace } from '../netns/network-namespace.ts';
import { silenceTester, switchOffloadsOff } from '../netns/quiet.ts';
import { DockerError } from './docker-error.ts';

/** The largest of a TAP device; what passes it by redirection may be larger. */
const TAP_MTU_BYTES = 65_521;
/** A burst of a case must not be lost in a queue that is shorter than the burst. */
const QUEUE_LENGTH = 20_000;

/** Filters that take every frame, in the words of `tc`; no kernel has to have all of them. */
const EVERY_FRAME = ['matchall', "bpf bytecode '1,6 0 0 4294967295,'", 'u32 match u32 0 0'] as const;

/** The device that the virtual machine sends and receives frames of a port through. */
export const guestInterface = (port: PortName): string => `guest-${port.toLowerCase()}`;

/**
 * Joins the ports of the namespace to devices for a virtual machine: what comes in on one goes out on the other as it is. A bridge
 * would keep some frames for itself, and drop others; the stack of the namespace sees none.
 *
 * @throws NetnsError, DockerError when the kernel cannot do it
 */
export const joinGuest = (namespace: NetworkNamespace): void => {
  namespace.enter(() => {
    silenceTester();
    const ports = [...NETNS_PORTS].map(([port, { interfaceName, maximumMtuBytes }]) => ({
      port: interfaceName,
      guest: guestInterface(port),
      maximumMtuBytes,
    }));
    ip(
      ports.flatMap(({ port, guest, maximumMtuBytes }) => [
        `tuntap add dev ${guest} mode tap`,
        `link set dev ${guest} mtu ${String(TAP_MTU_BYTES)} txqueuelen ${String(QUEUE_LENGTH)} up`,
        `link set dev ${port} mtu ${String(maximumMtuBytes)} up`,
      ]),
    );
    for (const { port, guest } of ports) {
      switchOffloadsOff(guest);
      redirect(port, guest);
      redirect(guest, port);
    }
  });
};

const redirect = (from: string, to: string): void => {
  tc(`qdisc add dev ${from} ingress`);
  const problems: string[] = [];
  for (const filter of EVERY_FRAME) {
    try {
      tc(`filter add dev ${from} parent ffff: protocol all ${filter} action mirred egress redirect dev ${to}`);
      return;
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new DockerError(
    'NODE_DOCKER_LINKS',
    `expected this kernel to redirect frames (act_mirred with one of cls_matchall, cls_bpf, cls_u32), found:\n${problems.join('\n')}`,
  );
};

const tc = (command: string): void => {
  try {
    execFileSync('tc', ['-batch', '-'], { input: `${command}\n`, stdio: ['pipe', 'ignore', 'pipe'] });
  } catch (error) {
    throw new DockerError('NODE_DOCKER_LINKS', `tc ${command}: ${failureText(error)}`, error);
  }
};
