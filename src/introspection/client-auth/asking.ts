/** Makes a way to authenticate, and gives it what asks in that way about JWTs. */
import { Recheck } from '../recheck.js'
import { broughtBy } from '../recheck-options.js'
import { ClientAuth } from '../way.js'

export function wayToAsk(...parts: ConstructorParameters<typeof ClientAuth>): ClientAuth {
  const auth = new ClientAuth(...parts)
  broughtBy(auth, (...given) => new Recheck(...given))
  return auth
}
