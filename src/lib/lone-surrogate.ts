/** Finds text that is no text: half of a pair of surrogates. In UTF-8, and so in every digest, all of these are the same. */

/** True where a text in plain data has one, a name of a member too. Depth must be bounded by whoever made the data. */
export function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === 'string') return LONE.test(value)
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(hasLoneSurrogate)
  return Object.keys(value).some(hasLoneSurrogate) || Object.values(value).some(hasLoneSurrogate)
}

// With `u`, a pair is one character and no surrogate.
const LONE = /\p{Surrogate}/u
