/** An authorization server on this machine: three keys of one algorithm, and the tokens that it signs with one of them. */
import { createServer } from 'node:http'
import { constants, generateKeyPairSync, randomUUID, sign } from 'node:crypto'

export const ALGORITHMS = /** @type {const} */ (['RS256', 'PS256', 'ES256', 'EdDSA'])
/** @typedef {typeof ALGORITHMS[number]} Algorithm */

export const ISSUER = 'https://login.example.com/tenants/4f3c2b1a/v2.0'
export const AUDIENCE = 'https://api.example.com/orders'

const KEYS = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
}

/** What `crypto.sign` and `crypto.verify` take beside the key. */
export const SIGNATURES = {
  RS256: { hash: 'sha256', parameters: { padding: constants.RSA_PKCS1_PADDING } },
  PS256: { hash: 'sha256', parameters: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } },
  ES256: { hash: 'sha256', parameters: { dsaEncoding: /** @type {const} */ ('ieee-p1363') } },
  EdDSA: { hash: null, parameters: {} },
}

/** One issuer of tokens in one algorithm. */
export class Issuer {
  #next = 0

  /** @param {Algorithm} algorithm */
  constructor(algorithm) {
    const pairs = ['2026-06', '2026-07', '2026-08'].map((kid) => ({ kid, ...KEYS[algorithm]() }))
    const [, current] = pairs // the one before is still published, the one after is already
    if (current === undefined) throw new Error('no key') // only the compiler can think so
    this.algorithm = algorithm
    this.kid = current.kid
    this.privateKey = current.privateKey
    this.publicKey = current.publicKey
    /** @type {{ keys: any[] }} */
    this.jwks = {
      keys: pairs.map(({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' })),
    }
    this.pems = new Map(pairs.map(({ kid, publicKey }) => [kid, String(publicKey.export({ format: 'pem', type: 'spki' }))]))
  }

  /**
   * A signed token of about 20 claims, 1.0 to 1.3 KB; `claims` and `header` replace what they name.
   *
   * @param {{ claims?: object, header?: object }} [changes]
   */
  token({ claims = {}, header = {} } = {}) {
    const { hash, parameters } = SIGNATURES[this.algorithm]
    const head = base64url(JSON.stringify({ alg: this.algorithm, typ: 'at+jwt', kid: this.kid, ...header }))
    const body = base64url(JSON.stringify({ ...this.#claims(), ...claims }))
    const signature = sign(hash, Buffer.from(`${head}.${body}`), { key: this.privateKey, ...parameters })
    return `${head}.${body}.${signature.toString('base64url')}`
  }

  #claims() {
    const now = Math.floor(Date.now() / 1000)
    const number = (this.#next += 1)
    return {
      iss: ISSUER,
      sub: randomUUID(),
      aud: [AUDIENCE, 'https://login.example.com/userinfo'],
      exp: now + 3600,
      iat: now,
      nbf: now,
      auth_time: now - 120,
      jti: randomUUID(),
      tid: '4f3c2b1a',
      client_id: 'orders-web',
      scope: 'openid profile email orders:read orders:write',
      roles: ['buyer', 'approver'],
      groups: ['emea', 'finance', 'procurement'],
      email: `customer-${number}@example.com`,
      email_verified: true,
      name: 'Alex Example',
      preferred_username: `customer-${number}`,
      amr: ['pwd', 'otp'],
      org: { id: 4711, plan: 'team' },
    }
  }
}

/**
 * Serves the issuer's keys on the loopback, for peers that can have them in no other way.
 *
 * @param {Pick<Issuer, 'jwks'>} issuer
 * @returns {Promise<string>} where
 */
export async function serveKeys(issuer) {
  const body = JSON.stringify(issuer.jwks)
  const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(body))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the key server has no port')
  return `http://127.0.0.1:${address.port}/jwks`
}

/** @param {string} text */
function base64url(text) {
  return Buffer.from(text).toString('base64url')
}
