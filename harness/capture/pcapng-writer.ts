import { fileSink } from './capture-sink.ts';
import type { CaptureSink } from './capture-sink.ts';
import { LinkType } from './captured-frame.ts';
import { encodeFrame, encodeInterface, encodeSectionHeader } from './pcapng-encode.ts';
import type { FrameDescription, InterfaceDescription, SectionDescription } from './pcapng-encode.ts';

const APPLICATION = 'proto41';

/** An interface as the writer takes it: the link type defaults to Ethernet, the snap length to no limit. */
export type NewInterface = Pick<InterfaceDescription, 'name'> & Partial<InterfaceDescription>;

/**
 * Writes one pcapng section: nanosecond timestamps, named interfaces, any number of comments on the file and on each
 * frame, and the direction of each frame as seen from the DUT. Interfaces may be added at any time before their frames.
 *
 * Writing never waits. Who writes more than memory holds awaits `drain()` now and then.
 */
export class PcapngWriter {
  readonly #sink: CaptureSink;
  #interfaceCount = 0;
  #frameCount = 0;

  constructor(sink: CaptureSink, section: SectionDescription = {}) {
    this.#sink = sink;
    sink.write(encodeSectionHeader({ application: APPLICATION, ...section }));
  }

  get frameCount(): number {
    return this.#frameCount;
  }

  /** Returns the index that {@link writeFrame} expects. */
  addInterface(added: NewInterface): number {
    this.#sink.write(encodeInterface({ linkType: LinkType.ETHERNET, snapLengthBytes: 0, ...added }));
    return this.#interfaceCount++;
  }

  /** Copies the frame. Returns its number in the file as Wireshark counts, from 1. Throws RangeError for facts no file can hold. */
  writeFrame(frame: FrameDescription): number {
    if (!(frame.interfaceIndex >= 0 && frame.interfaceIndex < this.#interfaceCount)) {
      throw new RangeError(`expected an interface below ${this.#interfaceCount}, found ${frame.interfaceIndex}`);
    }
    this.#sink.write(encodeFrame(frame));
    return ++this.#frameCount;
  }

  drain(): Promise<void> {
    return this.#sink.drain();
  }

  close(): Promise<void> {
    return this.#sink.close();
  }
}

export interface CaptureContents {
  readonly section?: SectionDescription;
  readonly interfaces: readonly NewInterface[];
  readonly frames: Iterable<FrameDescription>;
}

/** Writes a whole capture into a sink, without closing it. */
export function writeCapture(sink: CaptureSink, contents: CaptureContents): PcapngWriter {
  const writer = new PcapngWriter(sink, contents.section);
  for (const added of contents.interfaces) writer.addInterface(added);
  for (const frame of contents.frames) writer.writeFrame(frame);
  return writer;
}

/** Writes a whole capture file, replacing what was there. */
export async function writeCaptureFile(path: string, contents: CaptureContents): Promise<void> {
  const sink = await fileSink(path);
  try {
    writeCapture(sink, contents);
  } finally {
    await sink.close();
  }
}
