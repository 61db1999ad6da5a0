/** Lists the checks of a proof: what must hold, and the clause that says so. In the order in which they are tried. */

export const CHECKS = {
  // Who presents nothing, or nothing that is a token
  'no-token': { clause: 'RFC 6750 section 3', promise: 'who has no token gets 401' },
  challenge: { clause: 'RFC 9110 section 15.5.2', promise: 'a 401 says with a challenge how to get in' },
  'empty-token': { clause: 'RFC 6750 section 2.1', promise: 'an empty token is refused' },
  'malformed-token': { clause: 'RFC 6750 section 3.1', promise: 'what is no token is refused with 401 or 400' },
  'other-scheme': { clause: 'RFC 6750 section 2.1', promise: 'what is behind another scheme than Bearer is no token' },
  'two-headers': { clause: 'RFC 9110 section 5.3', promise: 'two Authorization headers are refused' },
  'token-in-query': { clause: 'RFC 9700 section 4.3.2', promise: 'a token in the query is none' },
  'token-in-cookie': { clause: 'RFC 6750 section 5.3', promise: 'a cookie that another page made a browser send is no token' },
  'proxy-headers': { clause: 'RFC 9110 section 17.1', promise: 'headers that a proxy might write make nobody known' },
  // What is asked for, and how
  'odd-paths': { clause: 'RFC 3986 section 6.2', promise: 'no other spelling of a path gets in without a token' },
  'odd-methods': { clause: 'RFC 9110 section 9.1', promise: 'no method gets in without a token' },
  'method-override': { clause: 'RFC 9110 section 9.1', promise: 'no header changes the method behind the guard' },
  options: { clause: 'RFC 9110 section 9.3.7', promise: 'OPTIONS runs no handler without a token' },
  cors: { clause: 'Fetch section 3.3.6', promise: 'pages of others are not given what comes with credentials' },
  upgrade: { clause: 'RFC 9110 section 7.8', promise: 'an upgrade needs a token' },
  'other-host': { clause: 'RFC 9110 section 7.2', promise: 'no other Host gets in without a token' },
  'rewrite-headers': { clause: 'RFC 9110 section 7.1', promise: 'no header changes the path behind the guard' },
  'unnamed-paths': { clause: 'RFC 9728 section 1', promise: 'what answers everybody was meant to: it is named in "open"' },
  batch: { clause: 'JSON-RPC 2.0 section 6', promise: 'no message and no batch of them gets in without a token' },
  // Tokens that are bound to a key
  'bound-token': { clause: 'RFC 7800 section 3', promise: 'a bound token is refused without its proof' },
  'dpop-proof': { clause: 'RFC 9449 section 4.3', promise: 'a proof is good for one key, token, URL, method and time' },
  'dpop-replay': { clause: 'RFC 9449 section 11.1', promise: 'a proof is good once' },
  // Tokens with one fault
  signature: { clause: 'RFC 7515 section 5.2', promise: 'a token under a wrong signature is refused' },
  'alg-none': { clause: 'RFC 8725 section 3.2', promise: 'a token without a signature is refused' },
  'public-key-as-secret': { clause: 'RFC 8725 section 2.1', promise: 'HS256 by the public key is refused' },
  'embedded-key': { clause: 'RFC 7515 section 4.1.3', promise: 'a key that comes along in the token is not trusted' },
  'fetches-from-token': { clause: 'RFC 8725 section 3.10', promise: 'nothing is fetched from where a token says' },
  'critical-header': { clause: 'RFC 7515 section 4.1.11', promise: 'a token with an unknown crit is refused' },
  twins: { clause: 'RFC 7515 section 2', promise: 'another spelling of a token is another token' },
  expired: { clause: 'RFC 7519 section 4.1.4', promise: 'an expired token is refused with 401' },
  'not-yet-valid': { clause: 'RFC 7519 section 4.1.5', promise: 'a token before its nbf is refused' },
  'no-expiry': { clause: 'RFC 9068 section 2.2', promise: 'a token without a readable exp is refused' },
  'other-audience': { clause: 'RFC 9068 section 4', promise: 'a token for somebody else is refused' },
  'other-issuer': { clause: 'RFC 9068 section 4', promise: 'a token of another issuer is refused' },
  'other-type': { clause: 'RFC 8725 section 3.11', promise: 'a JWT of another kind is no access token' },
  'other-tenant': { clause: 'RFC 8725 section 3.8', promise: 'a token of another tenant is refused' },
  'missing-scope': { clause: 'RFC 6750 section 3.1', promise: 'a missing scope is 403' },
  operations: { clause: 'RFC 6750 section 3.1', promise: 'no spelling of a call gets round the scope that it needs' },
  'other-session': { clause: 'MCP, Session Hijacking', promise: "somebody else's session id is worth nothing" },
  'past-expiry': { clause: 'RFC 7519 section 4.1.4', promise: 'no verdict outlives its token' },
  // What is answered
  metadata: { clause: 'RFC 9728 section 3.3', promise: 'the metadata is where the challenge says, and about this server' },
  'forged-host': { clause: 'RFC 9728 section 7.3', promise: 'no challenge follows the Host of a request' },
  leak: { clause: 'RFC 6750 section 5.3', promise: 'no refusal repeats a token or shows a stack' },
  'server-error': { clause: 'RFC 9110 section 15.6', promise: 'nothing that a stranger sends is a 5xx' },
  'issuer-away': { clause: 'RFC 9110 section 15.6.4', promise: 'while the issuer is away, a token is 503 and not 401' },
} as const satisfies Readonly<Record<string, { readonly clause: string; readonly promise: string }>>

export type CheckName = keyof typeof CHECKS
