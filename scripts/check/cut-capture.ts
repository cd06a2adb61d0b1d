/** Cuts captures down to the frames that show one thing. */
import { decodeCapture, memorySink, writeCapture, type CapturedFrame } from '../../harness/capture/index.ts';
import { CaptureInput } from '../../harness/check/input.ts';
import { checkCaptures } from '../../harness/check/run.ts';
import { parseProfile } from '../../harness/profile/index.ts';

export interface ExpectedFinding {
  readonly frame: number;
  readonly requirement: string;
}

export interface LabelledCapture {
  readonly frames: number;
  readonly findings: readonly ExpectedFinding[];
}

export interface Cut {
  readonly bytes: Uint8Array;
  readonly label: LabelledCapture;
}

/** So many frames before the one that shows it, tried one after the other. */
const WINDOWS = [2, 8, 30, 100, Infinity];

export interface CheckedCapture {
  readonly findings: readonly ExpectedFinding[];
  readonly judged: ReadonlyMap<string, { readonly judged: number }>;
}

/** What `check` finds in a capture under a profile. */
export async function findingsIn(bytes: Uint8Array, profile: string): Promise<CheckedCapture> {
  const findings: ExpectedFinding[] = [];
  const input = CaptureInput.ofStream(once(bytes), 'capture');
  const [outcome] = await checkCaptures({ inputs: [input], profile: parseProfile(profile) }, [
    {
      found: ({ record, findings: found }) => {
        for (const { requirement } of found) findings.push({ frame: record.number, requirement });
      },
      late: ({ finding, frameNumber }) => void findings.push({ frame: frameNumber, requirement: finding.requirement }),
    },
  ]);
  return { findings, judged: outcome?.result.summary.requirements ?? new Map() };
}

/** The smallest piece in which the requirement is violated, if possible alone; undefined if it is not violated at all. */
export async function cutBad(bytes: Uint8Array, profile: string, requirement: string): Promise<Cut | undefined> {
  const { findings } = await findingsIn(bytes, profile);
  const first = findings.find((finding) => finding.requirement === requirement);
  if (first === undefined) return undefined;
  const frames = [...decodeCapture(bytes)];
  let withOthers: Cut | undefined;
  for (const window of WINDOWS) {
    // A late finding needs what came behind its frame, too.
    for (const end of [first.frame, first.frame + 4, frames.length]) {
      const piece = write(frames.slice(Math.max(0, first.frame - 1 - window), end));
      const found = (await findingsIn(piece, profile)).findings;
      if (!found.some((finding) => finding.requirement === requirement)) continue;
      const cut = { bytes: piece, label: { frames: [...decodeCapture(piece)].length, findings: found } };
      if (found.every((finding) => finding.requirement === requirement)) return cut;
      withOthers ??= cut;
    }
  }
  return withOthers;
}

/** The smallest beginning in which the requirement (or any) is judged and nothing is found; undefined if there is none. */
export async function cutGood(
  bytes: Uint8Array,
  profile: string,
  requirement: string | undefined,
): Promise<Cut | undefined> {
  const frames = [...decodeCapture(bytes)];
  for (const window of WINDOWS) {
    const piece = write(frames.slice(0, window));
    const { findings, judged } = await findingsIn(piece, profile);
    if (findings.length > 0) return undefined;
    const counts = requirement === undefined ? [...judged.values()] : [judged.get(requirement)];
    if (counts.some((count) => (count?.judged ?? 0) > 0))
      return { bytes: piece, label: { frames: Math.min(window, frames.length), findings: [] } };
  }
  return undefined;
}

/** The capture with each frame changed. */
export const editCapture = (bytes: Uint8Array, edit: (frame: CapturedFrame) => CapturedFrame): Uint8Array =>
  write([...decodeCapture(bytes)].map(edit));

function write(frames: readonly CapturedFrame[]): Uint8Array {
  const names = [...new Set(['P', 'U', ...frames.map(({ interfaceName }) => interfaceName ?? 'U')])];
  const sink = memorySink();
  writeCapture(sink, {
    interfaces: names.map((name) => ({ name })),
    frames: frames.map(({ bytes, interfaceName, timestampNs, direction }) => ({
      bytes,
      timestampNs,
      interfaceIndex: names.indexOf(interfaceName ?? 'U'),
      ...(direction === undefined ? {} : { direction }),
    })),
  });
  return sink.bytes();
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
