/** What a gate decides of a request: data, which every adapter sends in its own way. */
import type { Answer } from '../answer.js'
import type { AuthContext } from '../context.js'

export type Decision =
  /** Run the handler in this context; its token is null where the request came without a good one and need not have one. */
  | {
      readonly pass: true
      readonly context: AuthContext
      /** To be set on whatever is answered: a nonce for the client's next proof. */
      readonly headers?: Readonly<Record<string, string>>
    }
  /** Send this instead: a denial, or this server's metadata. */
  | { readonly pass: false; readonly answer: Answer }
