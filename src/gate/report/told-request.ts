/** This file is a request as observers are given it: whoever prints it prints nothing of what the client presented. */
import type { GateRequest, ReadHeader } from '../request/gate-request.js'

/**
 * Everything of the request is there to be read. `console.log`, `JSON.stringify` and spreading see its method, path and host, and no
 * headers, query, body or object of the server, where the token stands in plain text.
 */
export class ToldRequest implements GateRequest {
  readonly method: string
  readonly path: string
  readonly host: string | undefined
  readonly #request: GateRequest

  constructor(request: GateRequest) {
    this.#request = request
    this.method = request.method
    this.path = request.path
    this.host = request.host
  }

  get header(): ReadHeader {
    return (name) => this.#request.header(name)
  }

  get body(): GateRequest['body'] {
    const { body } = this.#request
    return body && ((...asked) => body.apply(this.#request, asked))
  }

  get source(): object | undefined {
    return this.#request.source
  }

  get query(): string | undefined {
    return this.#request.query
  }

  get sentMethod(): string | undefined {
    return this.#request.sentMethod
  }

  get routedPaths(): GateRequest['routedPaths'] {
    return this.#request.routedPaths
  }

  get hasBody(): boolean | undefined {
    return this.#request.hasBody
  }

  get mounted(): boolean | undefined {
    return this.#request.mounted
  }

  get isPublic(): boolean | undefined {
    return this.#request.isPublic
  }

  get isUpgrade(): boolean | undefined {
    return this.#request.isUpgrade
  }
}
