import { Ipv4Address } from '../../address/ipv4-address.ts';
import { Ipv6Address } from '../../address/ipv6-address.ts';
import { isProto41Error } from '../../errors.ts';
import type { Lab } from '../../lab/index.ts';
import { ReplayError } from '../replay-error.ts';

const SPECIAL = ['::', '::1'];

/** The addresses of a stranger's capture as the lab has them: the node becomes the DUT, its peers N2 and N3, its pods those of N1. */
export class AddressMap {
  /** What became of each address, one line each. */
  readonly lines: string[] = [];
  readonly #lab: Lab;
  readonly #overrides = new Map<string, string>();
  readonly #ipv4 = new Map<string, Ipv4Address>();
  readonly #ipv6 = new Map<string, Ipv6Address>();
  #ownPods = 0;
  #otherPods = 0;

  /** @param overrides `from=to`, each; throws ReplayError for what is no pair of addresses of one family */
  constructor(lab: Lab, node: Ipv4Address, overrides: readonly string[]) {
    this.#lab = lab;
    for (const text of overrides) {
      const [from = '', to = ''] = text.split('=');
      this.#overrides.set(canonical(from, text), canonical(to, text));
      if (from.includes(':') !== to.includes(':'))
        throw new ReplayError(`--map ${text}: expected two addresses of one family`);
    }
    this.#ipv4.set(node.toString(), lab.underlay.dut);
    this.lines.push(`${node.toString()} became ${lab.underlay.dut.toString()}, the DUT`);
  }

  ipv4(address: Ipv4Address): Ipv4Address {
    const text = address.toString();
    const known = this.#ipv4.get(text);
    if (known !== undefined) return known;
    const override = this.#overrides.get(text);
    const { n2, n3 } = this.#lab.underlay;
    const free = [n2, n3].find((node) => ![...this.#ipv4.values()].some((used) => used.equals(node)));
    const chosen = override === undefined ? (free ?? address) : Ipv4Address.parse(override);
    return this.#keep(this.#ipv4, text, chosen);
  }

  /** @param isOfNode the address is of a pod of the node, where the overlay embeds nothing that would say so */
  ipv6(address: Ipv6Address, isOfNode: boolean): Ipv6Address {
    const text = address.toString();
    const known = this.#ipv6.get(text);
    if (known !== undefined) return known;
    const override = this.#overrides.get(text);
    return this.#keep(
      this.#ipv6,
      text,
      override === undefined ? this.#inLab(address, isOfNode) : Ipv6Address.parse(override),
    );
  }

  #inLab(address: Ipv6Address, isOfNode: boolean): Ipv6Address {
    const first = address.bytes[0] ?? 0;
    if (SPECIAL.includes(address.toString()) || first === 0xff || first === 0xfe) return address;
    const { map, n1, n2, underlay, pods } = this.#lab;
    if (map === undefined) {
      if (isOfNode) return n1.pod(this.#ownPods++ % pods.length);
      return n2.pod(this.#otherPods++);
    }
    const embedded = map.embeddedIpv4(address);
    // Outside the overlay it is as good there as here.
    if (embedded === undefined) return address;
    const node = this.ipv4(embedded);
    if (node.equals(underlay.dut)) return n1.pod(this.#ownPods++ % pods.length);
    const suffixBits = 128n - BigInt(map.nodePrefixLength);
    return this.#lab.node(node).nodePrefix.at(address.toBigInt() & ((1n << suffixBits) - 1n));
  }

  #keep<Address extends Ipv4Address | Ipv6Address>(map: Map<string, Address>, text: string, chosen: Address): Address {
    map.set(text, chosen);
    this.lines.push(chosen.toString() === text ? `${text} stays as it is` : `${text} became ${chosen.toString()}`);
    return chosen;
  }
}

const canonical = (address: string, text: string): string => {
  try {
    return (address.includes(':') ? Ipv6Address.parse(address) : Ipv4Address.parse(address)).toString();
  } catch (error) {
    if (isProto41Error(error)) throw new ReplayError(`--map ${text}: ${error.message}`, error);
    throw error;
  }
};
