import { IPV6 } from '../../packet/ipv6.ts';
import { readUint16, readUint32 } from '../../packet/bytes.ts';
import { ICMPV4_UNREACHABLE } from '../../packet/icmpv4-types.ts';
import { embeddedAddress } from '../tunnel/mapping.ts';
import type { Change, Fault } from './fault.ts';
import { faultsOf, inArea, together, without } from './fault.ts';

/** Whichever tunnel comes first decides on the mode of both. */
const oneModeForAll: Change = inArea('mtu', (is) => {
  let mode: 'dynamic' | 'static' | undefined;
  return {
    decide: (behaviour, question) => {
      mode ??= question.config.switches.mtuMode;
      const switches = { ...question.config.switches, mtuMode: mode };
      return is.decide(behaviour, { ...question, config: { ...question.config, switches } });
    },
  };
});

/** A packet that one mechanism would refuse is taken in by the other. */
const takingWhatFits: Change = together(
  inArea('decap', (is) => ({ checks: without(is.checks, 'other-mechanism', 'own-prefix-only', 'no-overlay-address') })),
  inArea('tunnelChoice', (is) => ({
    receiving: (node, second, payload, outer) => {
      const chosen = is.receiving(node, second, payload, outer);
      const source = embeddedAddress(node.behaviour.mapping, chosen.config, payload, IPV6.SOURCE);
      const refuses = source !== undefined && source !== outer.source;
      return refuses ? (chosen === node ? second : node) : chosen;
    },
  })),
);

export const twoTunnelFaults: readonly Fault[] = [
  ...faultsOf('decap.tunnel-demultiplexing', {
    'demux-first-match': inArea('tunnelChoice', () => ({ receiving: (node) => node })),
    'default-6to4-check-on-any': inArea('decap', (is) => ({
      checks: [
        ...is.checks,
        {
          name: '6to4-source-pair',
          violated: ({ inner, outer }) =>
            readUint16(inner, IPV6.SOURCE) === 0x2002 && readUint32(inner, IPV6.SOURCE + 2) !== outer.source,
        },
      ],
    })),
  }),
  ...faultsOf('mtu.mode-per-tunnel', { 'mtu-mode-global': oneModeForAll }),
  ...faultsOf('security.no-tunnel-oracle', {
    'tunnel-oracle': inArea('decap', () => ({
      mismatchCode: (node, outer) => {
        const tunnels = [node, ...(node.second === undefined ? [] : [node.second])];
        const isKnown = tunnels.some(
          ({ config: { mapping } }) => 'remote' in mapping && mapping.remote === outer.source,
        );
        return isKnown ? undefined : ICMPV4_UNREACHABLE.PROTOCOL;
      },
    })),
  }),
  ...faultsOf('security.weakest-mechanism', { 'weakest-link': takingWhatFits }),
];
