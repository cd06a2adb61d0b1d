/** The legal alternatives of the standards, one switch each; the catalogue lists what every value means. */
export const SWITCH_VALUES = {
  mtuMode: ['dynamic', 'static'],
  mtuDefault: ['1280', 'underlay-minus-overhead'],
  tos: ['zero', 'copy', 'fixed'],
  ecnEncap: ['6040', '3168', 'compat'],
  ecnDecap: ['6040', 'off'],
  ttl: ['fixed', 'inherit'],
  privateV4: ['deny', 'allow'],
  nativeInnerSrc: ['accept', 'br-only', 'deny'],
  sourcePair: ['strict', 'legacy-3056'],
  relay: ['none', 'configured'],
  hairpin: ['deny', 'relay'],
  podSource: ['node-prefix', 'any'],
  foreignPrefixCheck: ['off', 'on'],
  ingressFilter: ['off', 'on'],
  strictRpf: ['off', 'on'],
  icmp4Translate: ['none', 'address-unreachable', 'linux'],
  mismatchIcmp: ['silent', 'protocol-unreachable'],
  hopByHop: ['ignore', 'process'],
  dualFraming: ['no', 'yes'],
  udpChecksum: ['zero', 'on'],
  sourcePort: ['entropy', 'fixed'],
  gueVariant: ['0', '1'],
  outerFamily: ['ipv4', 'ipv6'],
  brAddress: ['unicast', 'anycast'],
  encapLimit: ['off', '4'],
  ipsec: ['off', 'required'],
} as const;

export type SwitchName = keyof typeof SWITCH_VALUES;
export type Switches = { readonly [Name in SwitchName]: (typeof SWITCH_VALUES)[Name][number] };

export const SWITCH_NAMES = Object.keys(SWITCH_VALUES) as readonly SwitchName[]; // keys of a literal object are exactly its names
