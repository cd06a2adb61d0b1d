import { createPrivateKey, createPublicKey } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { LabNode } from '../lab.ts';
import { DOMAIN } from '../lab.ts';
import { DEVICE, ip, NOTHING, type Change, type Overlay } from '../overlay.ts';

const PORT = 51_820;
/** PKCS #8 of an X25519 key without the key itself (RFC 8410 section 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex');
/** SubjectPublicKeyInfo of one (RFC 8410 section 4). */
const SPKI_HEAD_BYTES = 12;

/** The same key for the same node in every run: it protects nothing but packets of this benchmark. */
const privateKey = ({ number }: LabNode): Buffer =>
  createHash('sha256')
    .update(`node ${String(number)}`)
    .digest();

const publicKey = (node: LabNode): string => {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, privateKey(node)]), format: 'der', type: 'pkcs8' });
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_HEAD_BYTES).toString('base64');
};

const peer = (node: LabNode, allowed: string, ...rest: string[]): Change => ({
  tool: 'wg',
  lines: ['[Peer]', `PublicKey = ${publicKey(node)}`, `AllowedIPs = ${allowed}`, ...rest],
});

/** One device; each node is a peer with the prefix of its pods. */
export const wireguard: Overlay = {
  id: 'wireguard',
  title: 'WireGuard',
  driver: 'wireguard; a peer with the prefix of its pods per node',
  inner: 'ipv6',
  pods: 'routed',
  setUp: (node) => [
    ip(`link add ${DEVICE} type wireguard`),
    {
      tool: 'sh',
      lines: [
        `echo ${privateKey(node).toString('base64')} >/run/key`,
        `wg set ${DEVICE} listen-port ${String(PORT)} private-key /run/key`,
      ],
    },
    ip(`link set ${DEVICE} up`, `route add ${DOMAIN.domainPrefix.toString()} dev ${DEVICE}`),
  ],
  nodeEntries: (other) => [
    peer(other, other.podPrefix.toString(), `Endpoint = ${other.ipv4.toString()}:${String(PORT)}`),
  ],
  podEntries: () => [],
  moveToNewAddress: () => NOTHING,
  moveWithAddress: (pod, to) => ({ changes: [peer(to, `${pod.ipv6.toString()}/128`)] }),
};
