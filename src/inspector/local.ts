/** Runs the inspector on this machine alone, with tokens to look at: `bearer inspect`. */
import { createServer } from 'node:http'
import { inspectorWith } from './inspector.js'
import { localQuestions } from './local-questions.js'
import { oneTimeLink, randomCode } from './one-time-link.js'
import type { AddressInfo } from 'node:net'
import type { GateOptions } from '../gate/gate-options.js'
import type { BearerAuthProvider } from '../provider.js'
import type { PageFiles } from './page-files.js'

export interface LocalInspectorOptions {
  /** The options of the gate that a client would meet. Default: none. */
  readonly gate?: GateOptions | undefined
  /** 0 for any that is free. */
  readonly port: number
  /** For tests: where the code of the page is. */
  readonly files?: PageFiles | undefined
}

export interface LocalInspector {
  /** To be opened once. */
  readonly link: string
  close(): Promise<void>
}

/** Listens on the loopback address only, and answers by its names only. Who has no link gets nothing: a machine has many users. */
export async function runInspector(provider: BearerAuthProvider, { gate, port, files }: LocalInspectorOptions): Promise<LocalInspector> {
  const server = createServer((req, res) => inspect.node(req, res))
  server.listen(port, '127.0.0.1')
  await new Promise((ready, failed) => server.once('listening', ready).once('error', failed))
  const { port: own } = server.address() as AddressInfo // a TCP server that listens has one
  const hosts = [`127.0.0.1:${own}`, `localhost:${own}`]
  let link = ''
  const access = oneTimeLink((told) => void (link = `http://127.0.0.1:${own}${told}`))
  // Cookies know no ports: by a path that nobody guesses, this one goes to no other server of this machine.
  const path = `/${randomCode().slice(0, 16)}`
  const parts = { files, questions: localQuestions(provider, gate), isOurHost: (host: string) => hosts.includes(host) }
  const inspect = inspectorWith(provider, { access, path, lookFor: WORKDAY }, parts)
  return {
    link,
    async close() {
      inspect.close()
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

/** Seconds. */
const WORKDAY = 43_200
