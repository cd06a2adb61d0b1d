import { execFileSync } from 'node:child_process';
import { PORT_NAMES, type PortName } from '../../wire/wire.ts';
import type { NodePort } from '../node.ts';
import { NetnsError } from './netns-error.ts';
import type { NetworkNamespace } from './network-namespace.ts';
import { quietenNode, silenceTester, switchOffloadsOff } from './quiet.ts';

/** The largest of a veth device, which is also the largest IPv4 packet. */
const MAXIMUM_MTU_BYTES = 65_535;

/** How the ports look inside the node: as in every other node. */
export const NETNS_PORTS: ReadonlyMap<PortName, NodePort> = new Map(
  PORT_NAMES.map((port, index): [PortName, NodePort] => [
    port,
    {
      interfaceName: `eth${String(index)}`,
      macAddress: `02:41:00:00:00:0${String(index + 1)}`,
      maximumMtuBytes: MAXIMUM_MTU_BYTES,
    },
  ]),
);

/** Name of the tester's end of a port, in the tester's namespace. */
export const testerInterface = (port: PortName): string => `tester-${port.toLowerCase()}`;

/** Joins the namespace of the node and that of the tester by one pair of devices for each port; the node's ends are down. */
export const makeLinks = (node: NetworkNamespace, tester: NetworkNamespace): void => {
  node.enter(quietenNode);
  tester.enter(silenceTester);
  node.enter(() => {
    const pairs = [...NETNS_PORTS].map(
      ([port, { interfaceName, macAddress }]) =>
        `link add name ${interfaceName} address ${macAddress} type veth peer name ${testerInterface(port)} netns ${tester.path}`,
    );
    // Once up and down, because a device that has never been up looks different; nobody listens yet.
    const settled = [...NETNS_PORTS.values()].flatMap(({ interfaceName }) => [
      `link set dev ${interfaceName} addrgenmode none up`,
      `link set dev ${interfaceName} down`,
    ]);
    ip(['link set dev lo up', ...pairs, ...settled]);
    for (const { interfaceName } of NETNS_PORTS.values()) switchOffloadsOff(interfaceName);
  });
  tester.enter(() => {
    const names = PORT_NAMES.map(testerInterface);
    names.forEach(switchOffloadsOff);
    // The tester takes whatever the node sends, and may itself send more than the node expects.
    ip(names.map((name) => `link set dev ${name} mtu ${String(MAXIMUM_MTU_BYTES)} up`));
  });
};

export const ip = (commands: readonly string[]): void => {
  try {
    execFileSync('ip', ['-batch', '-'], { input: `${commands.join('\n')}\n`, stdio: ['pipe', 'ignore', 'pipe'] });
  } catch (error) {
    const reason = failureText(error);
    throw new NetnsError('NETNS_LINKS', `expected ip to make the links of the node, found: ${reason}`, error);
  }
};

/** What a program that was run to its end said on standard error, else why it did not run. */
export const failureText = (error: unknown): string => {
  const stderr =
    error instanceof Error && 'stderr' in error && Buffer.isBuffer(error.stderr) ? String(error.stderr) : '';
  return stderr.trim() || (error instanceof Error ? error.message : String(error));
};
