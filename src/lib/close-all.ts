/** Closes several things, all of them, whatever one of them does. */

/** @throws what the first that failed threw, once all are closed. */
export async function closeAll(things: readonly ({ close?(): Promise<void> } | undefined)[]): Promise<void> {
  // Async, so that a throw is a rejection like any other.
  const closed = await Promise.allSettled(things.map(async (thing) => thing?.close?.()))
  const failure = closed.find((one) => one.status === 'rejected')
  if (failure !== undefined) throw failure.reason
}
