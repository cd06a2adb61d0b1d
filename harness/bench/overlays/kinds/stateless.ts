import { planAddresses } from '../../../plan/address-plan.ts';
import { linuxNodeCommands } from '../../../plan/node-commands.ts';
import { parseProfile } from '../../../profile/index.ts';
import { NOTHING, type Overlay } from '../overlay.ts';

/** What `plan` prints for a node, so that it is this that is measured. */
const stateless = (profileText: string, facts: Pick<Overlay, 'id' | 'title' | 'driver'>): Overlay => {
  const profile = parseProfile(profileText);
  return {
    ...facts,
    inner: 'ipv6',
    pods: 'routed',
    setUp: ({ ipv4 }) => {
      const plan = planAddresses({ profile, underlayMtuBytes: 1500, nodes: [ipv4] });
      return plan.nodes.map((node) => ({ tool: 'sh', lines: linuxNodeCommands(profile, plan, node) }));
    },
    nodeEntries: () => [],
    podEntries: () => [],
    moveToNewAddress: () => NOTHING,
    moveWithAddress: () => ({ impossible: 'the address of a pod names its node' }),
  };
};

export const protocol41 = stateless('overlay', {
  id: 'protocol-41',
  title: 'protocol 41',
  driver: 'sit with a 6rd prefix: the address of the node is in that of the pod',
});

export const fou = stateless('fou', {
  id: 'fou',
  title: 'FOU',
  driver: 'sit with a 6rd prefix, in UDP by fou',
});
