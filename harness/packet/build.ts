/** From layers to bytes. */
import { concat } from './bytes.ts';
import type { Layer, PseudoHeaderAddresses } from './layer.ts';
import { PacketError } from './packet-error.ts';

export type { BuildContext, Layer } from './layer.ts';

/**
 * The bytes of a packet made of layers, outermost first.
 *
 * Layers are finished from the last to the first, so that lengths and checksums see the final bytes behind them.
 * Throws PacketError when a field does not fit, a checksum has no addresses to cover, or a trailer is misplaced.
 *
 * ```ts
 * build(ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }), ipv6({ hopLimit: 1 }), icmpv6EchoRequest());
 * ```
 */
export function build(...layers: readonly Layer[]): Uint8Array {
  const last = layers.at(-1);
  const tail = last?.kind === 'trailer' ? last : undefined;
  const body = tail === undefined ? layers : layers.slice(0, -1);
  if (body.some((layer) => layer.kind === 'trailer') || (tail !== undefined && body[0]?.kind !== 'ethernet')) {
    throw new PacketError(
      'PROTO41_PACKET_BUILD',
      'Expected a trailer only as the last layer of a packet that begins with ethernet().',
    );
  }

  const addresses = addressesInFront(body);
  const empty = new Uint8Array(0);
  const bytes = body.reduceRight<Uint8Array>(
    (inner, layer, index) => layer.finish(inner, { next: body[index + 1], addresses: addresses[index] }),
    empty,
  );
  return tail === undefined ? bytes : concat(bytes, tail.finish(empty, { next: undefined, addresses: undefined }));
}

/** For every layer, the addresses of the nearest IP layer in front of it. */
function addressesInFront(layers: readonly Layer[]): readonly (PseudoHeaderAddresses | undefined)[] {
  let nearest: PseudoHeaderAddresses | undefined;
  return layers.map((layer) => {
    const inFront = nearest;
    nearest = layer.addresses ?? nearest;
    return inFront;
  });
}
