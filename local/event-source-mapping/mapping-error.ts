/** The refusal of a mapping: AWS's error name and text, and what to change where AWS does not say it. */
export class MappingError extends Error {
  /** Which setting, in which way: our addition, because AWS's text often names neither. */
  readonly detail: string | undefined;

  /** `name` is AWS's error code, e.g. `ValidationException`. */
  constructor(name: string, message: string, detail?: string) {
    super(message);
    this.name = name;
    this.detail = detail;
  }
}

export const invalidParameter = (message: string, detail?: string) =>
  new MappingError('InvalidParameterValueException', message, detail);
