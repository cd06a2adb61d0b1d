import { setTrafficClass, trafficClassOf } from '../ipv6/packet.ts';
import { CE, ECT_0, ECT_1, NOT_ECT } from '../tunnel/ecn.ts';
import { rewritingFrom } from './common.ts';
import type { Change, Fault } from './fault.ts';
import { faultsOf, inArea } from './fault.ts';

/** The outer field for an inner one. */
const ingress = (change: (inner: number) => number | undefined): Change =>
  inArea('ecn', (is) => ({ ingress: (config, inner) => change(inner) ?? is.ingress(config, inner) }));

/** The inner field that leaves; `keep` for what the table says. */
const egress = (change: (inner: number, outer: number) => number | 'keep'): Change =>
  inArea('ecn', (is) => ({
    egress: (inner, outer) => {
      const changed = change(inner, outer);
      return changed === 'keep' ? is.egress(inner, outer) : changed;
    },
  }));

const swapped = (field: number): number => ((field & 1) << 1) | (field >>> 1);

export const dscpEcnFaults: readonly Fault[] = [
  ...faultsOf('dscp-ecn.compatibility-mode', { 'compat-always-on': ingress(() => NOT_ECT) }),
  ...faultsOf('dscp-ecn.dscp-default-zero', {
    'dscp-garbage': inArea('outer', (is) => {
      let count = 0;
      return {
        tos: (context) => {
          count += 1;
          return (is.tos(context) & 3) | ((count * 0x34) & 0xfc);
        },
      };
    }),
  }),
  ...faultsOf('dscp-ecn.egress-drop-not-ect-ce', {
    'ecn-mark-notect': egress((inner, outer) => (inner === NOT_ECT && outer === CE ? CE : 'keep')),
    'ecn-notect-ce-delivered': egress((inner, outer) => (inner === NOT_ECT && outer === CE ? NOT_ECT : 'keep')),
  }),
  ...faultsOf('dscp-ecn.egress-dscp-pipe', {
    'dscp-copy-out': inArea('ecn', (is) => ({
      decapsulated: (behaviour, config, trafficClass, outer) => {
        const merged = is.decapsulated(behaviour, config, trafficClass, outer);
        return merged === undefined ? undefined : (outer.tos & 0xfc) | (merged & 3);
      },
    })),
  }),
  ...faultsOf('dscp-ecn.egress-logging', {
    'ecn-log-flood': inArea('accounting', () => ({ logLimit: { burst: Number.MAX_SAFE_INTEGER, perSecond: 0 } })),
  }),
  ...faultsOf('dscp-ecn.egress-not-ect-kept', {
    'ecn-outer-copied-to-notect': egress((inner, outer) => (inner === NOT_ECT && outer !== CE ? outer : 'keep')),
  }),
  ...faultsOf('dscp-ecn.egress-table', {
    'ecn-decap-ignore': egress((inner) => inner),
    'tos-copied-to-inner': inArea('ecn', () => ({
      decapsulated: (_behaviour, _config, _trafficClass, outer) => outer.tos,
    })),
    'ecn-ce-only-to-ect0': egress((inner, outer) => (inner === ECT_1 && outer === CE ? ECT_1 : 'keep')),
    'ecn-ect1-ignored': egress((inner, outer) => (inner === ECT_0 && outer === ECT_1 ? ECT_0 : 'keep')),
    'ecn-inner-ce-cleared': egress((inner, outer) => (inner === CE && outer === NOT_ECT ? NOT_ECT : 'keep')),
  }),
  ...faultsOf('dscp-ecn.framing-independent', {
    'ecn-bypassed-on-udp': inArea('ecn', (is) => ({
      ingress: (config, inner) => (config.encapsulation.kind !== 'protocol-41' ? NOT_ECT : is.ingress(config, inner)),
      decapsulated: (behaviour, config, trafficClass, outer) =>
        outer.framing !== 'protocol-41' ? trafficClass : is.decapsulated(behaviour, config, trafficClass, outer),
    })),
  }),
  ...faultsOf('dscp-ecn.ingress-models', {
    'fixed-tos-overwrites-ecn': inArea('outer', (is) => ({
      tos: (context) => (context.config.switches.tos === 'fixed' ? context.config.fixedTos : is.tos(context)),
    })),
  }),
  ...faultsOf('dscp-ecn.ingress-table', {
    'ecn-bleach': ingress(() => NOT_ECT),
    'ecn-ce-lost': ingress((inner) => (inner === CE ? NOT_ECT : undefined)),
    'ecn-ect-swap': ingress((inner) => (inner === CE ? undefined : swapped(inner))),
    'ecn-dscp-swap': inArea('outer', (is) => ({
      tos: (context) => {
        const tos = is.tos(context);
        return ((tos & 3) << 6) | (tos >>> 2);
      },
    })),
    'ecn-ce-to-ect0': ingress((inner) => (inner === CE ? ECT_0 : undefined)),
    'ingress-rewrites-inner-tc': rewritingFrom('pods', (packet) => {
      setTrafficClass(packet, trafficClassOf(packet) & 0xfc);
      return packet;
    }),
  }),
  ...faultsOf('dscp-ecn.reassembly-ce', {
    'reasm-ecn-first-fragment': inArea('reassembly', () => ({ mergedEcn: (fields) => fields[0] })),
  }),
  ...faultsOf('dscp-ecn.traffic-class-copy', {
    '6rd-tos-zero': inArea('outer', () => ({ tos: () => 0 })),
    'tos-shift': inArea('outer', () => ({ tos: ({ inner }) => inner[0] ?? 0 })),
  }),
];
