import { Ipv4Prefix } from '../ipv4-prefix.ts';
import { Ipv6Prefix } from '../ipv6-prefix.ts';
import type { EmbeddingMap } from './embedding-map.ts';
import { prefixEmbedding } from './prefix-embedding.ts';

/** The 6to4 map: 2002:V4ADDR::/48 (RFC 3056 section 2). */
export function sixToFourMap(): EmbeddingMap {
  return prefixEmbedding('6to4', Ipv6Prefix.parse('2002::/16'), Ipv4Prefix.parse('0.0.0.0/0'));
}
