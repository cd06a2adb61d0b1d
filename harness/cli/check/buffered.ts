import type { Terminal } from '../terminal.ts';

const MOST_CHARACTERS = 1 << 16;

/** Gathers small pieces of text: one write for each line would be most of the work. */
export class BufferedOutput {
  readonly #terminal: Pick<Terminal, 'out' | 'drained'>;
  #parts: string[] = [];
  #characters = 0;

  constructor(terminal: Pick<Terminal, 'out' | 'drained'>) {
    this.#terminal = terminal;
  }

  readonly write = (text: string): void => {
    this.#parts.push(text);
    this.#characters += text.length;
    if (this.#characters >= MOST_CHARACTERS) this.flush();
  };

  flush(): void {
    if (this.#parts.length === 0) return;
    this.#terminal.out(this.#parts.join(''));
    this.#parts = [];
    this.#characters = 0;
  }

  readonly drain = async (): Promise<void> => {
    this.flush();
    await this.#terminal.drained?.();
  };
}
