interface Registration<Parameters extends readonly unknown[]> {
  readonly listener: (...parameters: Parameters) => void;
  active: boolean;
}

/**
 * The listeners of one event, called in the order in which they came. One that is removed while an event is under way is
 * not called any more, one that is added meanwhile is called from the next event on.
 */
export class Listeners<Parameters extends readonly unknown[]> {
  // Replaced, never changed: emit goes through the array of its own moment without copying it for each frame.
  #registrations: readonly Registration<Parameters>[] = [];

  /** Returns the function that removes this registration. The same function may be added twice. */
  add(listener: (...parameters: Parameters) => void): () => void {
    const registration = { listener, active: true };
    this.#registrations = [...this.#registrations, registration];
    return () => {
      registration.active = false;
      this.#registrations = this.#registrations.filter((kept) => kept !== registration);
    };
  }

  emit(...parameters: Parameters): void {
    for (const registration of this.#registrations) if (registration.active) registration.listener(...parameters);
  }
}
