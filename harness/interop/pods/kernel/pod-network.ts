import type { Lab } from '../../../lab/index.ts';
import { ip } from '../../../node/netns/links.ts';
import { keep } from '../../../node/netns/netns-node.ts';
import { NetworkNamespace } from '../../../node/netns/network-namespace.ts';
import { quietenNode, silenceTester, switchOffloadsOff } from '../../../node/netns/quiet.ts';
import { ResourceStack } from '../../../node/vm/resource-stack.ts';
import type { MacAddress } from '../../../packet/mac-address.ts';
import { AfPacketWire } from '../../../wire/interface/afpacket-wire.ts';
import type { Wire } from '../../../wire/wire.ts';
import { AgentProcess, type AgentEvent } from './agent-process.ts';

const INTERFACE = 'pods';
const TESTER_INTERFACE = 'tester-pods';
const LARGEST_MTU_BYTES = 65_535;

/** The pods of one node: one network namespace with all their addresses, the node as its default router, and an agent in it. */
export interface PodNetwork extends AsyncDisposable {
  /** Towards the pods. */
  readonly wire: Wire;
  readonly agent: AgentProcess;
  readonly macAddress: MacAddress;
}

/**
 * Makes it; nothing of it has a name, and nothing outlives this process.
 *
 * @throws NetnsError, WireError (exit code 3) when this machine cannot do it
 */
export const openPodNetwork = async (lab: Lab, onEvent: (event: AgentEvent) => void): Promise<PodNetwork> => {
  const resources = new ResourceStack();
  try {
    const pods = keep(resources, NetworkNamespace.create());
    const tester = keep(resources, NetworkNamespace.create());
    const macAddress = lab.macOf(lab.n1.pod());
    tester.enter(silenceTester);
    pods.enter(() => {
      quietenNode();
      const peer = `type veth peer name ${TESTER_INTERFACE} netns ${tester.path}`;
      ip(['link set dev lo up', `link add name ${INTERFACE} address ${macAddress.toString()} ${peer}`]);
      switchOffloadsOff(INTERFACE);
    });
    tester.enter(() => {
      switchOffloadsOff(TESTER_INTERFACE);
      ip([`link set dev ${TESTER_INTERFACE} mtu ${String(LARGEST_MTU_BYTES)} up`]);
    });
    const wire = resources.use(
      closing(tester.enter(() => new AfPacketWire({ port: 'P', interfaceName: TESTER_INTERFACE }))),
    );
    pods.enter(() => {
      ip([
        `link set dev ${INTERFACE} up`,
        ...lab.pods.map((pod) => `address add ${pod.toString()}/128 dev ${INTERFACE} nodad`),
        `route add default via ${lab.podGateway.toString()} dev ${INTERFACE}`,
      ]);
    });
    const agent = resources.use(new AgentProcess(pods, onEvent));
    return { wire: wire.wire, agent, macAddress, [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose]() };
  } catch (error) {
    await resources[Symbol.asyncDispose]();
    throw error;
  }
};

const closing = (wire: Wire): AsyncDisposable & { readonly wire: Wire } => ({
  wire,
  [Symbol.asyncDispose]: () => wire.close(),
});
