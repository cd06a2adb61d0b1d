import { decode, type DecodedLayer } from '../../packet/decode.ts';
import { tunnelPortsOf, type Profile } from '../../profile/index.ts';
import type { OutputFrame } from '../canonical.ts';

/** What a smaller stimulus changes of the output as a matter of course, or the DUT is free to choose. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'totalLength',
  'payloadLength',
  'length',
  'checksum',
  'headerChecksum',
  'identification',
  'flowLabel',
]);

/**
 * What kind of output it is: its headers, and of each field whether it is that of the stimulus, or else its value. A stimulus that
 * only lost weight causes output of the same shape.
 */
export const shapeOf = (output: OutputFrame, stimulus: OutputFrame, profile: Profile): string => {
  const given = decode(stimulus.bytes, 'ethernet', tunnelPortsOf(profile)).layers;
  const { layers, stop, trailerOffset } = decode(output.bytes, 'ethernet', tunnelPortsOf(profile));
  const parts = layers.flatMap((layer) =>
    layerShape(
      layer,
      given.findLast(({ kind }) => kind === layer.kind),
    ),
  );
  if (stop !== undefined) parts.push(`stopped: ${stop.reason}`);
  if (trailerOffset !== undefined) parts.push('trailer');
  return [output.port, ...parts].join(' | ');
};

const layerShape = (layer: DecodedLayer, given: DecodedLayer | undefined): string[] => {
  if (layer.kind === 'payload') {
    const isSame = given?.kind === 'payload' && Buffer.compare(layer.data, given.data) === 0;
    // A payload that was cut away is no other payload.
    return isSame || layer.data.length === 0 ? [] : ['other payload'];
  }
  const theirs = new Map(given === undefined || given.kind === 'payload' ? [] : fieldsOf(given.header));
  const fields = fieldsOf(layer.header)
    .filter(([name]) => !LEFT_OUT.has(name))
    .filter(([name]) => !(layer.kind === 'udp' && name === 'sourcePort' && theirs.size === 0))
    .map(([name, value]) => (theirs.get(name) === value ? `${name} same` : `${name} ${value}`));
  const checksum = 'checksum' in layer ? [`checksum ${layer.checksum}`] : [];
  return [`${layer.kind} ${[...fields, ...checksum].join(' ')}`];
};

const fieldsOf = (header: object): [string, string][] =>
  Object.entries(header).map(([name, value]): [string, string] => [name, textOf(value)]);

const textOf = (value: unknown): string => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(textOf).join(',');
  return typeof value === 'object' && value !== null ? JSON.stringify(value, bigintAsText) : String(value);
};

const bigintAsText = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
