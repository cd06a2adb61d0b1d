import type { Ipv4Address } from '../address/ipv4-address.ts';
import { icmpv6TypeName } from '../packet/icmpv6-types.ts';
import type {
  AllowedIcmpv6,
  Icmpv6Expectation,
  Icmpv6Message,
  Ipv6Packet,
  SeenFrame,
  SilenceOptions,
  Stimulus,
  TunnelPacket,
} from './context.ts';
import type { Judgement } from './judgement.ts';
import type { SeenExchange } from './seen.ts';

/** The expectations about whole packets: one tunnel packet, one delivery, one error, or nothing. */
export class Expectations {
  readonly #judgement: Judgement;

  constructor(judgement: Judgement) {
    this.#judgement = judgement;
  }

  tunnelled(
    seen: SeenExchange,
    stimulus: Stimulus,
    options: { readonly outerDestination?: Ipv4Address; readonly requirement?: string } = {},
  ): TunnelPacket | undefined {
    const wanted = options.outerDestination === undefined ? '' : ` to ${options.outerDestination.toString()}`;
    const expected = `exactly one tunnel packet${wanted} for the ${stimulus.title}, and nothing else`;
    const [packet, ...others] = seen.tunnelPackets(stimulus);
    if (!this.#onlyThese(seen, stimulus, packet?.frames, others.length, 'U', expected, options.requirement))
      return undefined;
    if (packet === undefined) return undefined;
    if (options.outerDestination !== undefined) {
      const legal = options.outerDestination.toString();
      this.#judgement.expectEqual('outer destination', packet.outer.destination.toString(), legal, {
        ...options,
        frame: packet.frame,
      });
    }
    return packet;
  }

  delivered(
    seen: SeenExchange,
    stimulus: Stimulus,
    options: { readonly requirement?: string } = {},
  ): Ipv6Packet | undefined {
    const expected = `exactly one packet on P for the ${stimulus.title}, and nothing else`;
    const [packet, ...others] = seen.podPackets(stimulus).filter(({ frame }) => frame.port === 'P');
    const isComplete = this.#onlyThese(
      seen,
      stimulus,
      packet && [packet.frame],
      others.length,
      'P',
      expected,
      options.requirement,
    );
    return isComplete ? packet : undefined;
  }

  icmpv6(seen: SeenExchange, stimulus: Stimulus, expectation: Icmpv6Expectation): Icmpv6Message | undefined {
    const expected = `exactly one ${icmpv6Text(expectation)} ${viaText(expectation.via)} about the ${stimulus.title}, and nothing else`;
    const port = expectation.via === 'P' ? 'P' : 'U';
    const [error, ...others] = seen.icmpv6Errors(stimulus);
    if (expectation.type !== PACKET_TOO_BIG && seen.of(stimulus).length === 0 && seen.mayHoldBack(stimulus)) {
      this.#judgement.doubt(`Silence about the ${stimulus.title} proves nothing: ${HELD_BACK}`);
      return undefined;
    }
    const frames = error?.tunnel?.frames ?? (error && [error.frame]);
    if (!this.#onlyThese(seen, stimulus, frames, others.length, port, expected, expectation.requirement))
      return undefined;
    if (error === undefined) return undefined;
    const options = {
      frame: error.frame,
      ...(expectation.requirement === undefined ? {} : { requirement: expectation.requirement }),
    };
    this.#judgement.expectEqual('ICMPv6 type', error.type, expectation.type, options);
    if (expectation.codes !== undefined)
      this.#judgement.expectEqual('ICMPv6 code', error.code, expectation.codes, options);
    if (expectation.parameter !== undefined)
      this.#judgement.expectEqual(parameterName(error.type), error.parameter, expectation.parameter, options);
    this.#judgement.expectEqual('way of the ICMPv6 error', wayOf(error), viaText(expectation.via), options);
    return error;
  }

  nothing(seen: SeenExchange, stimulus: Stimulus, options: SilenceOptions = {}): void {
    this.#judgement.judgements += 1;
    const allow = options.allow ?? [];
    const tolerated = new Set(
      seen
        .icmpv6Errors(stimulus)
        .filter((error) => allow.some((each) => matches(error, each)))
        .slice(0, options.atMost ?? 1)
        .map(({ frame }) => frame),
    );
    const charged = [...seen.of(stimulus), ...seen.takeStrangers()].filter((frame) => !tolerated.has(frame));
    if (charged.length > 0) {
      const legal = [
        'nothing on any port',
        ...allow.map((each) => `at most ${String(options.atMost ?? 1)} ${icmpv6Text(each)} to the sender`),
      ];
      this.#violation(
        legal,
        `${this.#judgement.describe(charged)} (after the ${stimulus.title})`,
        charged[0],
        options.requirement,
      );
      return;
    }
    this.#doubtUnlessFenced(seen, 'P');
    this.#doubtUnlessFenced(seen, 'U');
  }

  echoReply(seen: SeenExchange, stimulus: Stimulus): Icmpv6Message | undefined {
    return seen.icmpv6Informational(stimulus).find(({ type }) => type === 129);
  }

  /** Whether exactly the frames of the one expected packet came out; records a violation or a doubt otherwise. */
  #onlyThese(
    seen: SeenExchange,
    stimulus: Stimulus,
    frames: readonly SeenFrame[] | undefined,
    otherPackets: number,
    port: 'P' | 'U',
    expected: string,
    requirement: string | undefined,
  ): boolean {
    this.#judgement.judgements += 1;
    const all = [...seen.of(stimulus), ...seen.takeStrangers()];
    if (frames === undefined) {
      // Silence of a DUT that does not even answer ARP or neighbour discovery says nothing about this clause.
      if (all.length === 0 && seen.certainty[port] === 'silent') {
        this.#judgement.doubt(
          `The DUT does not answer at all: neither good packets nor ARP nor neighbour discovery (${port})`,
        );
      } else {
        this.#violation([expected], this.#judgement.describe(all), all[0], requirement, stimulus);
      }
      return false;
    }
    const surplus = all.filter((frame) => !frames.includes(frame));
    if (surplus.length === 0 && otherPackets === 0) return true;
    this.#violation([expected], this.#judgement.describe(all), surplus[0], requirement, stimulus);
    return surplus.length === 0;
  }

  #doubtUnlessFenced(seen: SeenExchange, port: 'P' | 'U'): void {
    if (seen.certainty[port] === 'fenced') return;
    const entry = port === 'P' ? 'U' : 'P';
    const fact =
      seen.certainty[port] === 'answered'
        ? 'answers ARP and neighbour discovery, but a good packet'
        : 'does not answer, and a good packet';
    this.#judgement.doubt(`Absence cannot be proven: the DUT ${fact} sent on ${entry} does not come out on ${port}`);
  }

  #violation(
    expected: readonly string[],
    actual: string,
    frame: SeenFrame | undefined,
    requirement: string | undefined,
    stimulus?: Stimulus,
  ): void {
    this.#judgement.violation(expected, actual, {
      ...(stimulus === undefined ? {} : { stimulus }),
      ...(frame === undefined ? {} : { frame }),
      ...(requirement === undefined ? {} : { requirement }),
    });
  }
}

const PACKET_TOO_BIG = 2;
const HELD_BACK = 'a node limits its errors (RFC 4443 section 2.4 (f)), and has just sent many to the same receiver';

const matches = (error: Icmpv6Message, allowed: AllowedIcmpv6): boolean =>
  error.type === allowed.type && (allowed.codes === undefined || allowed.codes.includes(error.code));

const icmpv6Text = ({ type, codes }: AllowedIcmpv6): string =>
  `ICMPv6 ${icmpv6TypeName(type)} (type ${String(type)}${codes === undefined ? '' : `, code ${codes.join(' or ')}`})`;

const viaText = (via: 'P' | Ipv4Address): string =>
  via === 'P' ? 'native on P' : `through the tunnel to ${via.toString()}`;

const wayOf = (message: Icmpv6Message): string =>
  message.tunnel === undefined
    ? `native on ${message.frame.port}`
    : `through the tunnel to ${message.tunnel.outer.destination.toString()}`;

const parameterName = (type: number): string =>
  type === 2 ? 'MTU of Packet Too Big' : 'third word of the ICMPv6 header';
