import type { FromWorker, JobChannel, ToWorker, Unit } from './messages.ts';

export type WorkerChannel = JobChannel<ToWorker, FromWorker>;

type Answer<Kind extends FromWorker['kind']> = Extract<FromWorker, { readonly kind: Kind }>;

/** The case that a worker is at. */
export interface CaseAtHand {
  readonly profile: number;
  readonly caseIndex: number;
  readonly repetition: number;
}

/** A worker as the process that decides sees it. */
export class HiredWorker {
  readonly number: number;
  /** Work that it has been given and not yet done. */
  unit: Unit | undefined;
  atHand: CaseAtHand | undefined;
  /** How many runs of each profile it has told of. */
  readonly told = new Map<number, number>();
  isStarted = false;
  /** How it ended, once it has. */
  gone: string | undefined;
  readonly #channel: WorkerChannel;
  readonly #waiting: {
    readonly kind: FromWorker['kind'];
    readonly settle: (message: FromWorker | undefined) => void;
  }[] = [];
  readonly #ended: Promise<void>;

  /** @param number from 1 */
  constructor(number: number, channel: WorkerChannel, onMessage: (message: FromWorker) => void, onGone: () => void) {
    this.number = number;
    this.#channel = channel;
    channel.onMessage((message) => {
      onMessage(message);
      const index = this.#waiting.findIndex(({ kind }) => kind === message.kind);
      if (index >= 0) this.#waiting.splice(index, 1)[0]?.settle(message);
    });
    this.#ended = new Promise((resolve) => {
      channel.onEnded((how) => {
        this.gone = how;
        for (const { settle } of this.#waiting.splice(0)) settle(undefined);
        onGone();
        resolve();
      });
    });
  }

  give(unit: Unit, knownToComeUp: boolean): void {
    this.unit = unit;
    this.#channel.send({ kind: 'unit', unit, knownToComeUp });
  }

  abort(): void {
    this.#channel.send({ kind: 'abort' });
  }

  /** What it says to the message; undefined when it is gone instead. */
  ask<Kind extends 'finished' | 'written'>(message: ToWorker, kind: Kind): Promise<Answer<Kind> | undefined> {
    if (this.gone !== undefined) return Promise.resolve(undefined);
    const answer = new Promise<Answer<Kind> | undefined>((resolve) => {
      this.#waiting.push({
        kind,
        settle: (found) => {
          resolve(found !== undefined && isOfKind(found, kind) ? found : undefined);
        },
      });
    });
    this.#channel.send(message);
    return answer;
  }

  /** Resolves when it is gone, with everything that it had. */
  end(): Promise<void> {
    if (this.gone === undefined) this.#channel.send({ kind: 'end' });
    return this.#ended;
  }
}

const isOfKind = <Kind extends FromWorker['kind']>(message: FromWorker, kind: Kind): message is Answer<Kind> =>
  message.kind === kind;
