/** A raw packet socket on one network interface (packet(7)), opened in the network namespace that the thread is in. */
import { WireError } from '../wire-error.ts';
import { interfaceIndexOf, linkStateOf, type LinkState } from './link-probe.ts';
import { CONTROL_BYTES, MessageRing } from './message-ring.ts';
import { PacketRing } from './packet-ring.ts';
import {
  bindSocket,
  closeDescriptor,
  getSocketOption,
  hasErrorName,
  openSocket,
  receiveMessages,
  sendFrame,
  sendMessages,
  setSocketOption,
  throwPendingError,
} from './system-calls.ts';
import { saysVlanTag, tagBeside, withVlanTag } from './vlan-tag.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const ETH_P_ALL = 3;
const SOL_SOCKET = 1;
const SOL_PACKET = 263;
const OPTION = {
  sendBufferForce: 32,
  receiveBufferForce: 33,
  timestampNs: 35,
  addMembership: 1,
  statistics: 6,
  auxiliaryData: 8,
  ignoreOutgoing: 23,
} as const;
const PACKET_MR_PROMISC = 1;
const MSG_DONTWAIT = 0x40;

/** The largest IPv4 packet behind an Ethernet header with a VLAN tag, and what a system leaves around it. */
export const MAXIMUM_FRAME_BYTES = 65_536 + 64;
export const MINIMUM_FRAME_BYTES = 14;
const SEND_BUFFER_BYTES = 8 * 1024 * 1024;
/** Taken from a ring in one go. */
const FRAMES_PER_READ = 256;
const NONE: Uint8Array[] = [];

export interface PacketSocketOptions {
  readonly interfaceName: string;
  /** Room in the kernel for frames that were not read yet; 32 MiB unless given. */
  readonly receiveBufferBytes?: number;
  /** Frames per system call; 32 unless given. */
  readonly batchFrames?: number;
  /**
   * Whether frames are lent to whoever listens, without a time stamp: the memory is used again after that. They lie in a ring that the
   * kernel fills, so that none of them costs a system call.
   */
  readonly lendsFrames?: boolean;
}

export interface PacketStatistics {
  /** Frames that arrived since the socket was opened. */
  readonly received: number;
  /** Frames that arrived and found no room. */
  readonly dropped: number;
}

/** @throws WireError `WIRE_INTERFACE_GONE` for an unknown interface, `WIRE_UNAVAILABLE` without the right to open one */
export class PacketSocket {
  readonly fd: number;
  readonly interfaceName: string;
  readonly #interfaceIndex: number;
  readonly #receiving: MessageRing;
  readonly #ring: PacketRing | undefined;
  readonly #sending: MessageRing;
  readonly #take = (headers: Uint8Array, count: number): number =>
    receiveMessages(this.fd, headers, count, MSG_DONTWAIT);
  #lastCount = 0;
  /** Frames in the sending ring that were not sent yet. */
  #queued = 0;
  #received = 0;
  #dropped = 0;

  constructor({
    interfaceName,
    receiveBufferBytes = 32 * 1024 * 1024,
    batchFrames = 32,
    lendsFrames = false,
  }: PacketSocketOptions) {
    this.interfaceName = interfaceName;
    this.#receiving = lendsFrames
      ? new MessageRing(1, MAXIMUM_FRAME_BYTES)
      : new MessageRing(batchFrames, MAXIMUM_FRAME_BYTES, CONTROL_BYTES);
    this.#sending = new MessageRing(batchFrames, MAXIMUM_FRAME_BYTES);
    this.fd = openPacketSocket();
    try {
      this.#interfaceIndex = interfaceIndexOf(this.fd, interfaceName);
      forceOption(this.fd, OPTION.receiveBufferForce, receiveBufferBytes);
      forceOption(this.fd, OPTION.sendBufferForce, SEND_BUFFER_BYTES);
      if (lendsFrames) this.#ring = new PacketRing(this.fd, () => this.#takeLong());
      else {
        setSocketOption(this.fd, SOL_SOCKET, OPTION.timestampNs, 1);
        setSocketOption(this.fd, SOL_PACKET, OPTION.auxiliaryData, 1);
      }
      // Frames of our own would otherwise be taken for the DUT's.
      setSocketOption(this.fd, SOL_PACKET, OPTION.ignoreOutgoing, 1);
      setSocketOption(this.fd, SOL_PACKET, OPTION.addMembership, membership(this.#interfaceIndex));
      bindSocket(this.fd, linkAddress(this.#interfaceIndex));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Hands over the frames of one batch; returns how many there were, 0 when there are none.
   *
   * @throws SystemCallError, e.g. `ENETDOWN` once after the interface went down
   */
  receive(onFrame: (frame: Uint8Array, timestampNs: bigint) => void): number {
    if (this.#ring !== undefined) return this.#receiveFromRing(this.#ring, onFrame);
    const ring = this.#receiving;
    const count = ring.fill(this.#take);
    for (let index = 0; index < count; index += 1) {
      const lent = ring.lent(index);
      if (ring.isTruncated(index)) throw lostFrames(`a frame on ${this.interfaceName} was longer than ${lent.length}`);
      onFrame(this.#withTag(index, lent.slice()), this.#timestampNs(index));
    }
    return count;
  }

  /** Sends one frame; false when the kernel has no room for it now. Throws SystemCallError. */
  send(frame: Uint8Array): boolean {
    return (
      this.#unlessFull(() => {
        sendFrame(this.fd, frame, MSG_DONTWAIT);
        return 1;
      }) === 1
    );
  }

  /** Sends many frames with few system calls; returns how many the kernel had room for, from the first on. */
  sendAll(frames: readonly Uint8Array[]): number {
    let sent = 0;
    while (sent < frames.length) {
      const loaded = this.#sending.load(frames, sent);
      const count = this.#unlessFull(() => sendMessages(this.fd, this.#sending.headers, loaded, MSG_DONTWAIT));
      sent += count;
      if (count === 0) break;
    }
    return sent;
  }

  /** Copies a frame to those that the next `flush` sends; false when there is no room for it. Not to be mixed with `sendAll`. */
  queue(frame: Uint8Array): boolean {
    if (this.#queued === this.#sending.count) return false;
    this.#sending.put(this.#queued, frame);
    this.#queued += 1;
    return true;
  }

  /** Sends what was queued, and returns copies of those frames that the kernel had no room for. Throws SystemCallError. */
  flush(): Uint8Array[] {
    const ring = this.#sending;
    const queued = this.#queued;
    this.#queued = 0;
    let sent = 0;
    while (sent < queued) {
      const headers = sent === 0 ? ring.headers : ring.headersFrom(sent);
      const first = sent;
      const count = this.#unlessFull(() => sendMessages(this.fd, headers, queued - first, MSG_DONTWAIT));
      sent += count;
      if (count === 0) break;
    }
    return sent === queued
      ? NONE
      : Array.from({ length: queued - sent }, (_, index) => ring.lent(sent + index).slice());
  }

  statistics(): PacketStatistics {
    const counters = new Uint32Array(2); // reading resets them (`struct tpacket_stats`)
    getSocketOption(this.fd, SOL_PACKET, OPTION.statistics, new Uint8Array(counters.buffer));
    // The first counts the second as well.
    this.#dropped += counters[1] ?? 0;
    this.#received += counters[0] ?? 0;
    return { received: this.#received, dropped: this.#dropped + (this.#ring?.lost ?? 0) };
  }

  linkState(): LinkState {
    return linkStateOf(this.fd, this.#interfaceIndex);
  }

  close(): void {
    this.#ring?.close();
    closeDescriptor(this.fd);
  }

  #unlessFull(send: () => number): number {
    try {
      return send();
    } catch (error) {
      if (hasErrorName(error, 'EAGAIN', 'ENOBUFS')) return 0;
      throw error;
    }
  }

  #receiveFromRing(ring: PacketRing, onFrame: (frame: Uint8Array, timestampNs: bigint) => void): number {
    const count = ring.receive(onFrame, FRAMES_PER_READ);
    // An error wakes whoever waits for frames, and finds none: not to be asked for after each that were there.
    if (count === 0 && this.#lastCount === 0) throwPendingError(this.fd);
    this.#lastCount = count;
    return count;
  }

  #takeLong(): Uint8Array | undefined {
    const ring = this.#receiving;
    return ring.fill(this.#take) === 0 || ring.isTruncated(0) ? undefined : ring.lent(0);
  }

  /** The kernel takes a VLAN tag out of the frame. */
  #withTag(index: number, frame: Uint8Array): Uint8Array {
    if (!saysVlanTag(this.#receiving.controlWord(index, SOL_PACKET, OPTION.auxiliaryData))) return frame;
    const auxiliary = this.#receiving.control(index, SOL_PACKET, OPTION.auxiliaryData);
    return auxiliary === undefined ? frame : withVlanTag(frame, tagBeside(auxiliary));
  }

  #timestampNs(index: number): bigint {
    const time = this.#receiving.control(index, SOL_SOCKET, OPTION.timestampNs);
    return time === undefined ? 0n : time.getBigInt64(0, true) * 1_000_000_000n + time.getBigInt64(8, true);
  }
}

export const lostFrames = (what: string): WireError =>
  new WireError('WIRE_FRAMES_LOST', `expected every frame to be read, found that ${what}`);

/** Nothing arrives before it is bound. Throws WireError `WIRE_UNAVAILABLE` without the right to open one. */
export const openPacketSocket = (): number => {
  try {
    return openSocket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  } catch (error) {
    if (!hasErrorName(error, 'EPERM', 'EACCES', 'EAFNOSUPPORT')) throw error;
    throw new WireError(
      'WIRE_UNAVAILABLE',
      'expected the right to open packet sockets (root, or CAP_NET_RAW in the network namespace), found none',
      error,
    );
  }
};

/** Buffers beyond the system's limit need a right that a user namespace does not give; the limit then has to do. */
const forceOption = (fd: number, name: number, bytes: number): void => {
  try {
    setSocketOption(fd, SOL_SOCKET, name, bytes);
  } catch (error) {
    if (!hasErrorName(error, 'EPERM')) throw error;
    const plainName = name === OPTION.receiveBufferForce ? 8 : 7; // SO_RCVBUF, SO_SNDBUF
    setSocketOption(fd, SOL_SOCKET, plainName, bytes);
  }
};

/** `struct sockaddr_ll` */
const linkAddress = (interfaceIndex: number): Uint8Array => {
  const address = new DataView(new ArrayBuffer(20));
  address.setUint16(0, AF_PACKET, true);
  address.setUint16(2, ETH_P_ALL); // big endian
  address.setInt32(4, interfaceIndex, true);
  return new Uint8Array(address.buffer);
};

/** `struct packet_mreq`: also frames to other nodes' addresses, for as long as the socket is open. */
const membership = (interfaceIndex: number): Uint8Array => {
  const request = new DataView(new ArrayBuffer(16));
  request.setInt32(0, interfaceIndex, true);
  request.setUint16(4, PACKET_MR_PROMISC, true);
  return new Uint8Array(request.buffer);
};
