import { IPV6_MINIMUM_MTU } from '../../packet/ipv6.ts';

/** What a host knows of the paths to its peers (RFC 8201 section 4): what it was told, never less than 1280, never more than before. */
export class PathMtuCache {
  readonly #linkMtuBytes: number;
  readonly #learned = new Map<string, number>();

  constructor(linkMtuBytes: number) {
    this.#linkMtuBytes = linkMtuBytes;
  }

  of(source: string, destination: string): number {
    return this.#learned.get(`${source} ${destination}`) ?? this.#linkMtuBytes;
  }

  /** Takes what a Packet Too Big says; false when it changes nothing. */
  learn(source: string, destination: string, mtuBytes: number): boolean {
    if (mtuBytes < IPV6_MINIMUM_MTU || mtuBytes >= this.of(source, destination)) return false;
    this.#learned.set(`${source} ${destination}`, mtuBytes);
    return true;
  }
}
