import type { NodeConfig } from '../config.ts';
import { embeddingOf } from '../config.ts';
import { Ipv6Nets } from './words.ts';

/** The IPv4 address that an address of the domain embeds. */
export class Embedding {
  readonly #domain: Ipv6Nets;
  readonly #common: number;
  readonly #firstWord: number;
  readonly #shift: number;
  readonly #unused: number;
  readonly #isEmbedding: boolean;

  constructor(config: NodeConfig) {
    const embedding = embeddingOf(config);
    this.#isEmbedding = embedding !== undefined;
    const length = embedding?.domain.length ?? 0;
    this.#domain = new Ipv6Nets(embedding === undefined ? [] : [embedding.domain]);
    this.#common = (embedding?.common.address ?? 0) | 0;
    this.#firstWord = length >>> 5;
    this.#shift = length & 31;
    this.#unused = embedding?.common.length ?? 0;
  }

  has(first: number, second: number, third: number, fourth: number): boolean {
    return this.#isEmbedding && this.#domain.find(first, second, third, fourth) === 0;
  }

  /** A signed word; the bits of the first prefix length on, of which there are at most 64. */
  address(first: number, second: number, third: number): number {
    if (this.#unused === 32) return this.#common;
    const high = this.#firstWord === 0 ? first : second;
    const low = this.#firstWord === 0 ? second : third;
    const bits = this.#shift === 0 ? high : (high << this.#shift) | (low >>> (32 - this.#shift));
    return (this.#common + (bits >>> this.#unused)) | 0;
  }
}
