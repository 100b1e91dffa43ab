/**
 * The aliases by which the indices of a rebuild are known. All state of a rebuild is here, in the engine: whoever goes on with it
 * needs to know nothing else, and they change together or not at all. The same goes for an index that stands in the alias's place.
 */

/** The index that is being filled; gone once it is in use, so that what is still to be filled then is refused. */
export const nextAlias = (alias: string): string => `${alias}-next`;

/** The index in use, while its documents have not all been checked against the table since it came into use. */
export const uncheckedAlias = (alias: string): string => `${alias}-unchecked`;

/** The index that was in use before, kept until it is dropped. */
export const previousAlias = (alias: string): string => `${alias}-previous`;

/** An index that bears the alias's name and is about to be removed. */
export const inTheWayAlias = (alias: string): string => `${alias}-in-the-way`;
