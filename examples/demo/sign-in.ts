/** What an MCP client keeps while it signs a person in, in memory: the part of OAuth that the SDKs leave to an application. */
import { randomUUID } from 'node:crypto'
import type {
  OAuthClientProvider as OAuthClientProvider2,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client'
import type { OAuthClientProvider as OAuthClientProvider1 } from '@modelcontextprotocol/sdk/client/auth.js'

export class SignIn implements OAuthClientProvider1, OAuthClientProvider2 {
  /** On the client's own machine (RFC 8252). Nobody listens there: the person hands over where the browser was sent. */
  readonly redirectUrl = 'http://127.0.0.1:33418/callback'
  readonly clientMetadata
  /** Where the browser was sent, each time. */
  readonly asked: URL[] = []
  #state = ''
  #verifier = ''
  #discovered: OAuthDiscoveryState | undefined
  #client: StoredOAuthClientInformation | undefined
  #tokens: StoredOAuthTokens | undefined

  constructor(name: string) {
    this.clientMetadata = {
      client_name: name,
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    }
  }

  state(): string {
    this.#state = randomUUID()
    return this.#state
  }

  redirectToAuthorization(url: URL): void {
    this.asked.push(url)
  }

  get lastAsked(): URL {
    const [url] = this.asked.slice(-1)
    if (url === undefined) throw new Error('the client has not said where to sign in')
    return url
  }

  /** What came back with the browser. @throws for an answer to a question that this client did not ask. */
  answerIn({ searchParams }: URL): URLSearchParams {
    if (searchParams.get('state') !== this.#state) throw new Error('this is not the answer to what was asked: "state" differs')
    return searchParams
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier
  }

  codeVerifier(): string {
    return this.#verifier
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discovered = state
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovered
  }

  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.#client = client
  }

  clientInformation(): StoredOAuthClientInformation | undefined {
    return this.#client
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    this.#tokens = tokens
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.#tokens
  }
}
