/** Numbered tokens with some 20 claims, signed by a shared secret: cheap enough to make a million, and to make them again. */
import { createHmac } from 'node:crypto'

export const ISSUER = 'https://login.example.com/tenants/4f3c2b1a/v2.0'
export const AUDIENCE = 'https://api.example.com/orders'
export const SECRET = Buffer.from('a secret of the benchmark, known to nobody else')

const START = Math.floor(Date.now() / 1000)
const HEADER = base64url(JSON.stringify({ alg: 'HS256', typ: 'at+jwt' }))

/** The same text for the same number, and each time a string that nobody has hashed yet. @param {number} number @param {object} [changes] */
export function token(number, changes = {}) {
  const signed = `${HEADER}.${base64url(JSON.stringify({ ...claims(number), ...changes }))}`
  return Buffer.from(`${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`, 'latin1').toString('latin1')
}

/** As common authorization servers write them. @param {number} number */
function claims(number) {
  const id = number.toString(16).padStart(12, '0')
  return {
    iss: ISSUER,
    sub: `6b0d2c9e-51f7-4c1a-9d3e-${id}`,
    aud: [AUDIENCE, 'https://login.example.com/userinfo'],
    exp: START + 7200,
    iat: START,
    nbf: START,
    auth_time: START - 120,
    jti: `e2c84f10-7a35-4b6d-8f92-${id}`,
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
    locale: 'en-GB',
  }
}

/** What everybody must refuse. @type {Record<string, (number: number) => string>} */
export const BAD_TOKENS = {
  expired: (number) => token(number, { exp: START - 600 }),
  'for another audience': (number) => token(number, { aud: 'https://api.example.com/invoices' }),
  'of another issuer': (number) => token(number, { iss: 'https://login.example.org/' }),
  'with the signature of another': (number) => token(number).replace(/[^.]+$/, token(number + 1).split('.')[2] ?? ''),
}

/** @param {string} text */
function base64url(text) {
  return Buffer.from(text).toString('base64url')
}
