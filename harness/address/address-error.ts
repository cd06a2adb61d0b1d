import { Proto41Error } from '../errors.ts';

/** Where and in what text an address or prefix went wrong. */
export interface AddressErrorPlace {
  /** The whole text that was being read. */
  readonly text: string;
  /** Zero-based index into `text` of the first character that does not fit. */
  readonly position: number;
}

/** An address, prefix or mapping parameter that cannot be what it claims to be; its `code` is `ADDRESS_INVALID`. */
export class AddressError extends Proto41Error {
  /** Set when the error comes from reading text. */
  readonly place: AddressErrorPlace | undefined;

  constructor(message: string, place?: AddressErrorPlace) {
    const where = place === undefined ? '' : `, at position ${place.position} of ${JSON.stringify(place.text)}`;
    super(`${message}${where}`, { code: 'ADDRESS_INVALID' });
    this.place = place;
  }
}
