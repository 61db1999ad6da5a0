/** Looks for a document at one place after the other: what answers with something else is passed over. */
import { AuthUnavailableError } from '../../errors.js'

/** The server answered, and not with what was looked for: a page of an app, a redirect, somebody else's document. */
export class NotHereError extends AuthUnavailableError {}

/** What a status of 4xx means to whoever set the URL. */
export function meaningOf(status: number): string {
  if (status === 401 || status === 403) return 'the server, or a firewall in front of it, does not let us read that'
  return status === 404 || status === 410 ? 'nothing is there; look for a typo' : 'that is no answer to a GET of ours'
}

/**
 * Gives what is found at the first place that has it. `look` gives undefined where nothing is, and throws `NotHereError` for
 * something else; any other exception is thrown on.
 *
 * @throws AuthUnavailableError when no place has it: the first fault, with its place, or else `nothing`.
 */
export async function firstFound<T>(places: readonly string[], look: (place: string) => Promise<T | undefined>, nothing: () => string): Promise<T> {
  let first: AuthUnavailableError | undefined
  for (const place of places) {
    try {
      const found = await look(place)
      if (found !== undefined) return found
    } catch (error) {
      if (!(error instanceof NotHereError)) throw error
      first ??= new AuthUnavailableError(`${error.message} (${place})`)
    }
  }
  throw first ?? new AuthUnavailableError(nothing())
}
