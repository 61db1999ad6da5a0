/** What stands before a name in Redis, so that several programs can share one. */

/** @throws TypeError for a prefix that is no text. */
export function prefixOf(prefix: string | undefined): (name: string) => string {
  if (prefix !== undefined && typeof prefix !== 'string') throw new TypeError('"prefix" must be a text, such as "staging:"')
  return (name) => `${prefix ?? ''}${name}`
}
