/** Resources that are released together, the youngest first. (`AsyncDisposableStack` is younger than the Node we support.) */
export class ResourceStack implements AsyncDisposable {
  #resources: AsyncDisposable[] = [];

  use<Resource extends AsyncDisposable>(resource: Resource): Resource {
    this.#resources.push(resource);
    return resource;
  }

  /** Releases everything, also after one release has failed; then throws the first failure. Can be repeated. */
  async [Symbol.asyncDispose](): Promise<void> {
    const resources = this.#resources.reverse();
    this.#resources = [];
    const failures: unknown[] = [];
    for (const resource of resources) {
      try {
        await resource[Symbol.asyncDispose]();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
