/** Works on a few elements ahead of whoever takes the results, which come in the elements' own order. */

/**
 * @param parallel how many are worked on at once
 * @throws what `work` throws, when that element's turn comes
 */
export async function* ahead<Element, Result>(
  elements: AsyncIterable<Element>,
  parallel: number,
  work: (element: Element) => Promise<Result>,
): AsyncGenerator<Result> {
  const begun: Promise<Result>[] = [];
  for await (const element of elements) {
    const result = work(element);
    // Nobody may be waiting for it yet, or ever: that is no unhandled error.
    result.catch(() => {});
    begun.push(result);
    const first = begun.length < parallel ? undefined : begun.shift();
    if (first !== undefined) yield await first;
  }
  for (const result of begun) yield await result;
}
