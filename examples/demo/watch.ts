/** Looks over a client's shoulder: which requests it makes on its way to a tool, and what the last message came to. */
import { extractWWWAuthenticateParams } from '@modelcontextprotocol/sdk/client/auth.js'

/** The client itself, or the browser to which it sends a person. */
export type Party = 'client' | 'browser'

/** Who, and what it did until the other one's turn came: `401 /mcp initialize`, `201 /reg`, or what a button said. */
export type Stretch = [party: Party, ...steps: string[]]

export class Watch {
  readonly way: Stretch[] = []
  readonly #url: string
  #last = Response.error()

  /** `url`: where the MCP server is. */
  constructor(url: string) {
    this.#url = url
  }

  /** The status of the last message. */
  get status(): number {
    return this.#last.status
  }

  /** The `fetch` of one of the two. */
  fetchOf(party: Party): typeof fetch {
    return async (target, init) => {
      const response = await fetch(target, init)
      const { pathname } = new URL(String(target))
      if (String(target) !== this.#url) this.note(party, `${response.status} ${withoutId(pathname)}`)
      else if (init?.method === 'POST') this.#noteMessage(party, String(init.body), response)
      return response
    }
  }

  note(party: Party, step: string): void {
    const [last] = this.way.slice(-1)
    if (last?.[0] === party) last.push(step)
    else this.way.push([party, step])
  }

  /** The challenge and the body of a denial in one line: `insufficient_scope: notes:read notes:write`. */
  async refusal(): Promise<string> {
    if (!this.#last.headers.get('Content-Type')?.startsWith('application/json')) return this.#last.statusText
    const { error, error_description } = (await this.#last.json()) as Record<string, string> // RFC 6749 section 5.2
    if (error === 'insufficient_scope') return `${error}: ${extractWWWAuthenticateParams(this.#last).scope}`
    const retryAfter = this.#last.headers.get('Retry-After')
    return `${error}: ${retryAfter === null ? error_description : `retry after ${retryAfter} s`}`
  }

  // Notifications tell nothing, and neither does the stream that a client opens beside its messages.
  #noteMessage(party: Party, body: string, response: Response): void {
    const { id, method, params } = JSON.parse(body) as { id?: unknown; method?: string; params?: { name?: string } } // JSON-RPC 2.0
    if (id === undefined) return
    // The transport reads the body of a refusal, and so do we.
    this.#last = response.ok ? response : response.clone()
    this.note(party, `${response.status} ${new URL(this.#url).pathname} ${params?.name ?? method}`)
  }
}

/** `/auth/8pQ…` is `/auth`. */
function withoutId(path: string): string {
  return path.replace(/^(\/(?:auth|interaction))\/.*/, '$1')
}
