/** This file looks at an authorization server, and at a server that takes its tokens, as a client or a provider would find them. */
import { inspectToken } from '../../inspect/inspect-token.js'
import { isUnavailable } from '../../errors.js'
import { vendorOf } from '../source/vendor.js'
import { clientFindings, clockFinding, introspectionFindings } from './endpoints.js'
import { finding } from './finding.js'
import { issuerDocument } from './issuer-document.js'
import { keyFindings } from './keys.js'
import { serverFindings } from './server.js'
import type { BearerAuthProvider } from '../../provider.js'
import type { Ask } from './ask.js'
import type { Finding } from './finding.js'

export interface Patient {
  readonly issuer: string
  readonly audience: string | undefined
  readonly server: string | undefined
  /** A real one, for the whole way. */
  readonly token: string | undefined
  /** What a server would have that asks about tokens as a client; or that takes JWTs. */
  readonly provider: BearerAuthProvider | undefined
  /** True where the provider introspects. */
  readonly asksAsClient: boolean
  readonly ask: Ask
}

export async function diagnose(patient: Patient): Promise<readonly Finding[]> {
  const { issuer, server, ask } = patient
  const vendor = vendorOf(issuer)
  const { findings, metadata, asked } = await issuerDocument(issuer, ask, vendor)
  const ofIssuer = metadata === undefined ? [] : [
    ...(await keyFindings(issuer, metadata, ask)),
    ...(asked === undefined ? [] : [clockFinding(asked)]),
    ...(await introspectionFindings(issuer, metadata, ask)),
    ...(await clientAuthFindings(patient)),
    ...clientFindings(metadata, server, vendor),
  ]
  const known = vendor === undefined ? [] : [finding('ok', 'vendor', `looks like the preset ${vendor.preset}`)]
  const ofServer = server === undefined ? [] : await serverFindings({ ...patient, server })
  return [...known, ...findings, ...ofIssuer, ...ofServer, ...(await tokenFindings(patient))]
}

/** Asks as the client about a token that cannot be one: the provider says no where the credentials were taken. */
async function clientAuthFindings({ provider, asksAsClient }: Patient): Promise<readonly Finding[]> {
  if (provider === undefined || !asksAsClient) return []
  const [check, clause] = ['client authentication', 'RFC 7662 section 2.3']
  try {
    await provider.verifyToken('no-token-of-anybody')
    return [finding('ok', check, 'introspection takes this client', { clause })]
  } catch (error) {
    if (!isUnavailable(error)) throw error
    return [finding('wrong', check, error.message, { clause, advice: 'compare id, secret and the way of authentication with the registration of the client' })]
  }
}

/** A token is shown to the server only where it was found good for it here. */
async function tokenFindings({ provider, token, server, ask }: Patient): Promise<readonly Finding[]> {
  if (token === undefined || provider === undefined) return []
  const { verdict, steps } = await inspectToken(provider, token)
  const failed = steps.find(({ passed }) => !passed)
  if (verdict !== 'accepted') {
    const found = `${failed?.reason ?? 'nobody can tell'}${failed === undefined ? '' : ` at ${failed.check}`}: not shown to the server`
    return [finding(verdict === 'rejected' ? 'wrong' : 'cannot tell', 'token', found, { clause: failed?.clause, advice: failed?.hint })]
  }
  const good = finding('ok', 'token', 'good for this audience')
  return server === undefined ? [good] : [good, await shown(token, server, ask)]
}

async function shown(token: string, server: string, ask: Ask): Promise<Finding> {
  const check = 'token at the server'
  try {
    const { status } = await ask(server, { headers: { Authorization: `Bearer ${token}`, Accept: 'application/json, text/event-stream' } })
    if (status === 401) return finding('wrong', check, '401, though it is good', { advice: 'the server expects another issuer or audience: run "bearer explain" with its config' })
    if (status === 403) return finding('warning', check, '403: a scope is missing', { advice: '"bearer scopes" with the config of the server says which' })
    if (status >= 300 && status < 400) return finding('warning', check, `${status}, a redirect, which is not followed`, { advice: 'give --server the URL that clients end at' })
    return status >= 500 ? finding('wrong', check, `${status}: the server fails`) : finding('ok', check, `${status}: past the gate`)
  } catch (error) {
    if (!isUnavailable(error)) throw error
    return finding('cannot tell', check, error.message)
  }
}
