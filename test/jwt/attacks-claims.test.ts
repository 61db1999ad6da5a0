/** The known ways to have a verifier read a well signed token wrongly, or take it for what it is not. */
import { deflateRawSync } from 'node:zlib'
import { CompactEncrypt, FlattenedSign, GeneralSign } from 'jose'
import { describe, expect, test } from 'vitest'
import { AUDIENCE, ISSUER, START } from '../oauth-kit.js'
import { claimsInstead, claimsWith, CLAIMS, encode, handSigner, network, verifier } from './token-kit.js'
import type { HandSigner, Part } from './token-kit.js'

const rsa = handSigner('RS256', 'rsa')
const ec = handSigner('ES256', 'ec')
const ed = handSigner('EdDSA', 'ed')
const KEYS = [rsa.publicJwk, ec.publicJwk, ed.publicJwk]

describe('duplicate names in JSON', () => {
  const { says } = verifier(KEYS)
  const HEADERS: readonly (readonly [string, string, string])[] = [
    ['alg, good one first', '{"alg":"RS256","kid":"rsa","alg":"none"}', 'unsupported_algorithm'],
    ['alg, good one escaped', '{"alg":"none","kid":"rsa","\\u0061lg":"HS256"}', 'unsupported_algorithm'],
    ['kid, good one first', '{"alg":"RS256","kid":"rsa","kid":"other"}', 'unknown_key'],
    ['typ, good one first', '{"alg":"RS256","kid":"rsa","typ":"JWT","typ":"dpop+jwt"}', 'wrong_type'],
    ['crit, none last', '{"alg":"RS256","kid":"rsa","crit":["a"],"crit":null}', 'malformed'],
  ]
  test.each(HEADERS)('in the header, %s: the last one counts', async (_, header, expected) => {
    expect(await says(rsa.write(header, CLAIMS))).toBe(expected)
  })

  const MEMBERS: readonly (readonly [string, string, string])[] = [
    ['iss', '"https://evil.example"', 'wrong_issuer'],
    ['aud', '"https://evil.example"', 'wrong_audience'],
    ['exp', `${START - 60}`, 'expired'],
    ['exp', 'null', 'invalid_claim'],
    ['sub', '7', 'invalid_claim'],
    ['\\u0069ss', '"https://evil.example"', 'wrong_issuer'],
  ]
  test.each(MEMBERS)(
    'in the claims, %s twice, the good one first: the last one counts',
    async (name, value, expected) => {
      expect(await says(rsa.write({ alg: 'RS256', kid: 'rsa' }, claimsWith(`"${name}":${value}`)))).toBe(expected)
    },
  )

  test('what decides and what is handed on are the same', async () => {
    const { provider } = verifier(KEYS)
    const token = rsa.write(
      { alg: 'RS256', kid: 'rsa' },
      `{"iss":"https://evil.example","sub":"eve",${JSON.stringify(CLAIMS).slice(1)}`,
    )
    expect(provider.recognizes(token)).toBe('mine')
    expect(await provider.verifyToken(token)).toMatchObject({
      issuer: ISSUER,
      subject: 'ada',
      claims: { iss: ISSUER, sub: 'ada' },
    })
  })
})

describe('other serializations', () => {
  test('the JSON forms of a good token are refused', async () => {
    const payload = Buffer.from(JSON.stringify(CLAIMS))
    const flat = await new FlattenedSign(payload).setProtectedHeader({ alg: 'RS256', kid: 'rsa' }).sign(rsa.privateKey)
    const general = await new GeneralSign(payload)
      .addSignature(rsa.privateKey)
      .setProtectedHeader({ alg: 'RS256', kid: 'rsa' })
      .sign()
    const { says } = verifier(KEYS)
    expect(await says(`${flat.protected}.${flat.payload}.${flat.signature}`)).toBe('accepted')
    for (const text of [JSON.stringify(flat), JSON.stringify(general), JSON.stringify([flat])]) {
      for (const form of [text, encode(text), encodeURIComponent(text), text.replaceAll('"', "'")])
        expect(await says(form)).toBe('malformed')
    }
  })

  test('a text that is a compact token and JSON at once is refused', async () => {
    const [header, payload, sealed] = rsa.token().split('.')
    const none = `${encode({ alg: 'none' })}.${encode(CLAIMS)}.`
    for (const text of [
      `{"protected":"${header}","payload":"${payload}","signature":"${sealed}"}`,
      `{"a":".${none}.","protected":"${header}","payload":"${payload}","signature":"${sealed}"}`,
      `${header}.{"payload":"${payload}"}.${sealed}`,
    ]) {
      expect(await verifier(KEYS).says(text)).toBe('malformed')
    }
  })

  test('a token inside a token is refused, although both signatures are good', async () => {
    const inner = rsa.token()
    const NESTED: readonly (readonly [Record<string, unknown>, Part])[] = [
      [{ cty: 'JWT' }, inner],
      [{ cty: 'jwt' }, JSON.stringify(inner)],
      [{}, inner],
      [{ cty: 'JWT' }, JSON.stringify([inner])],
    ]
    for (const [header, payload] of NESTED)
      expect(await verifier(KEYS).says(rsa.write({ alg: 'RS256', kid: 'rsa', ...header }, payload))).toBe('malformed')
    const claims = { jwt: inner, payload: encode(CLAIMS), act: CLAIMS, claims: CLAIMS }
    expect(await verifier(KEYS).says(rsa.write({ alg: 'RS256', kid: 'rsa', cty: 'JWT' }, claims))).toBe('wrong_issuer')
  })

  const ENCRYPTED: readonly (readonly [string, Parameters<CompactEncrypt['setProtectedHeader']>[0], HandSigner])[] = [
    ['RSA-OAEP', { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'rsa' }, rsa],
    ['RSA-OAEP, compressed', { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'rsa', zip: 'DEF' }, rsa],
    ['ECDH-ES', { alg: 'ECDH-ES', enc: 'A256GCM', kid: 'ec' }, ec],
  ]
  test.each(ENCRYPTED)('claims encrypted to the public key, by %s, are refused', async (_, header, { publicKey }) => {
    for (const content of [JSON.stringify(CLAIMS), `${encode({ alg: 'none' })}.${encode(CLAIMS)}.`]) {
      const jwe = await new CompactEncrypt(Buffer.from(content)).setProtectedHeader(header).encrypt(publicKey)
      const { says, events } = verifier(KEYS)
      expect(await says(jwe)).toBe('malformed')
      expect(events.at(-1)).toMatchObject({ hint: expect.stringContaining('encrypted') })
      expect(await says(jwe.split('.').slice(0, 3).join('.'))).not.toBe('accepted')
    }
  })

  test('a password with two billion rounds, and a bomb of zeros, are not even looked at', async () => {
    const pbes2 = encode({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2_000_000_000, p2s: 'AAAA', kid: 'rsa' })
    const bomb = deflateRawSync(
      Buffer.concat([
        Buffer.from(JSON.stringify(CLAIMS).slice(0, -1)),
        Buffer.alloc(10_000_000, ' '),
        Buffer.from('}'),
      ]),
    )
    const { says } = verifier(KEYS)
    expect(await says(`${pbes2}.AAAA.AAAA.AAAA.AAAA`)).toBe('malformed')
    expect(await says(`${pbes2}.${encode(CLAIMS)}.AAAA`)).toBe('unsupported_algorithm')
    for (const zip of ['DEF', 'GZIP', 'none'])
      expect(await says(rsa.write({ alg: 'RS256', kid: 'rsa', zip }, bomb))).toBe('malformed')
  })
})

describe('size and depth', () => {
  const { says } = verifier(KEYS)
  const nested = (depth: number, open: string, close: string): string =>
    claimsWith(`"deep":${open.repeat(depth)}1${close.repeat(depth)}`)

  test.each([16, 17, 100, 5000])('claims nested %d deep are refused', async (depth) => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      expect(await says(ed.write({ alg: 'EdDSA', kid: 'ed' }, nested(depth, open, close)).slice(0, 40_000))).toBe(
        'malformed',
      )
    }
  })

  test('a header nested deep is refused', async () => {
    expect(
      await says(ed.write(`{"alg":"EdDSA","kid":"ed","jwk":${'['.repeat(5000)}${']'.repeat(5000)}}`, CLAIMS)),
    ).toBe('malformed')
  })

  test('12 KiB pass, and what is longer than 32 KiB does not', async () => {
    const sized = (size: number): string => {
      const token = ed.write(
        { alg: 'EdDSA', kid: 'ed' },
        claimsWith(`"fill":"${'x'.repeat(Math.floor(((size - 400) / 4) * 3))}"`),
      )
      return token
    }
    expect(sized(12_288 + 1000).length).toBeGreaterThan(12_288)
    expect(await says(sized(12_288 + 1000))).toBe('accepted')
    expect(await says(sized(32_000))).toBe('accepted')
    for (const size of [33_500, 65_536, 1_048_576]) expect(await says(sized(size))).toBe('malformed')
  })

  test.each([
    ['a million dots', '.'.repeat(1_000_000)],
    ['thirty thousand dots', '.'.repeat(30_000)],
    ['a megabyte of one letter', 'A'.repeat(1_000_000)],
    ['thirty thousand letters and no dot', 'A'.repeat(30_000)],
    ['a thousand parts', 'AAAA.'.repeat(1000)],
    ['thousands of numbers', `${encode({ alg: 'EdDSA' })}.${encode(`{"a":[${'1,'.repeat(10_000)}1]}`)}.AAAA`],
    ['a number of ten thousand digits', `${encode({ alg: 'EdDSA' })}.${encode(`{"exp":${'9'.repeat(10_000)}}`)}.AAAA`],
  ])('%s: refused', async (_, text) => {
    expect(await says(text)).not.toBe('accepted')
  })
})

describe('text that is no UTF-8, or not only JSON', () => {
  const { says } = verifier(KEYS)
  const text = JSON.stringify(CLAIMS)
  const raw = (...values: (string | number[])[]): Buffer =>
    Buffer.concat(values.map((value) => Buffer.from(value as string)))
  const inSub = (...bytes: number[]): Buffer => raw(text.slice(0, -1), ',"note":"', bytes, '"}')
  const PAYLOADS: readonly (readonly [string, Part])[] = [
    ['a byte that is never there', inSub(0xff)],
    ['a continuation without a beginning', inSub(0x80)],
    ['a beginning without a continuation', inSub(0xc3)],
    ['an overlong slash', inSub(0xc0, 0xaf)],
    ['an overlong zero', inSub(0xc0, 0x80)],
    ['half a surrogate pair', inSub(0xed, 0xa0, 0x80)],
    ['a surrogate pair as CESU-8', inSub(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80)],
    ['a character beyond Unicode', inSub(0xf4, 0x90, 0x80, 0x80)],
    ['latin-1', Buffer.from(claimsWith('"note":"\u00e9"'), 'latin1')],
    ['a byte order mark', raw([0xef, 0xbb, 0xbf], text)],
    ['two byte order marks', raw([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], text)],
    ['UTF-16', Buffer.from(text, 'utf16le')],
    ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['a zero byte behind', raw(text, [0])],
    ['a line separator around it', `\u2028${text}\u2028`],
    ['a no-break space around it', `\u00a0${text}`],
    ['two objects', text + text],
    ['an object and a comma', `${text},`],
    ['an array around it', `[${text}]`],
    ['text around it', JSON.stringify(text)],
    ['a comment', `/**/${text}`],
    ['a comma too many', text.replace('}', ',}')],
    ['names without quotes', text.replace('"iss"', 'iss')],
    ['single quotes', text.replaceAll('"', "'")],
    ['NaN', claimsWith('"n":NaN')],
    ['Infinity', claimsWith('"n":Infinity')],
    ['undefined', claimsWith('"n":undefined')],
    ['a number with a plus', claimsWith('"n":+1')],
    ['a number in hexadecimal', claimsWith('"n":0x10')],
    ['a number that begins with a zero', claimsWith('"n":01')],
    ['a line break in a text', claimsWith('"n":"\n"')],
    ['YAML', 'iss: https://id.example.com'],
    ['a prefix against hijacking', `)]}'\n${text}`],
    ['nothing', ' '],
    ['a number', '7'],
    ['null', 'null'],
    ['true', 'true'],
  ]
  test.each(PAYLOADS)('%s as the payload is refused', async (_, payload) => {
    expect(await says(rsa.write({ alg: 'RS256', kid: 'rsa' }, payload))).toBe('malformed')
  })

  test.each(PAYLOADS.slice(0, 16))('%s in the header is refused', async (_, payload) => {
    const header = Buffer.from(payload as string)
      .toString('latin1')
      .replace('{', '{"alg":"RS256","kid":"rsa",')
    expect(await says(rsa.write(Buffer.from(header, 'latin1'), CLAIMS))).toBe('malformed')
  })

  test('blanks of JSON around it, and escapes in it, are fine', async () => {
    for (const good of [`\t\r\n ${text}\n`, text.replace('"ada"', '"\\u0061da"'), claimsWith('"n":"\\ud83d\\ude00"')]) {
      expect(await says(rsa.write({ alg: 'RS256', kid: 'rsa' }, good))).toBe('accepted')
    }
  })
})

describe('instants', () => {
  const TIMES: readonly (readonly [string, string, string, string])[] = [
    // value, as exp, as nbf, as iat
    [`"${START + 300}"`, 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['"never"', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['""', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['"2099-01-01T00:00:00Z"', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['null', 'invalid_claim', 'accepted', 'invalid_claim'], // an `nbf` of null is none, as .NET writes it
    ['true', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['false', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['[]', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    [`[${START + 300}]`, 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['{}', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['{"$gt":0}', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['1e400', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['-1e400', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['9'.repeat(400), 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['-1', 'expired', 'accepted', 'accepted'],
    ['0', 'expired', 'accepted', 'accepted'],
    ['-0', 'expired', 'accepted', 'accepted'],
    ['1e-400', 'expired', 'accepted', 'accepted'],
    [`${START - 5}`, 'expired', 'accepted', 'accepted'],
    [`${START - 4.5}`, 'accepted', 'accepted', 'accepted'],
    [`${START + 5}`, 'accepted', 'accepted', 'accepted'],
    [`${START + 5.5}`, 'accepted', 'not_yet_valid', 'accepted'],
    [`${START + 60}`, 'accepted', 'not_yet_valid', 'accepted'],
    [`${START + 60.5}`, 'accepted', 'not_yet_valid', 'not_yet_valid'],
    // RFC 7519 section 2: seconds. What can only be milliseconds would never end.
    [`${START * 1000}`, 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['253402300799', 'accepted', 'not_yet_valid', 'not_yet_valid'], // the last second of the year 9999
    ['253402300800', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['1e308', 'invalid_claim', 'invalid_claim', 'invalid_claim'],
    ['-1e308', 'expired', 'accepted', 'accepted'],
  ]
  const CASES = TIMES.flatMap(([value, ...verdicts]) =>
    ['exp', 'nbf', 'iat'].map((claim, index) => [claim, value, verdicts[index]] as const),
  )
  test.each(CASES)('%s of %s: %s', async (claim, value, expected) => {
    expect(await verifier(KEYS).says(ed.write({ alg: 'EdDSA', kid: 'ed' }, claimsInstead(claim, value)))).toBe(expected)
  })

  test('a token without an end is refused, and one inherited from a prototype is none', async () => {
    const { exp: _, ...endless } = CLAIMS
    const text = JSON.stringify(endless)
    for (const payload of [
      text,
      text.replace('}', ',"__proto__":{"exp":1e10}}'),
      text.replace('}', ',"EXP":1e10,"exp ":1e10,"expires_at":1e10}'),
    ]) {
      expect(await verifier(KEYS).says(ed.write({ alg: 'EdDSA', kid: 'ed' }, payload))).toBe('missing_claim')
    }
  })
})

describe('the issuer', () => {
  const ISSUERS: readonly unknown[] = [
    [ISSUER], [ISSUER, 'https://evil.example'], { 0: ISSUER, length: 1 }, { toString: ISSUER }, null, true, 7, '',
    `${ISSUER}/`, `${ISSUER}//`, `${ISSUER}.evil.example`, `${ISSUER}@evil.example`, `${ISSUER}:443`, `${ISSUER}?`,
    `${ISSUER}#`, `${ISSUER}/.`, `${ISSUER}\0`, ` ${ISSUER}`, `${ISSUER} `, `${ISSUER}\n`, ISSUER.slice(0, -1),
    ISSUER.replace('https', 'http'), ISSUER.replace('https://', ''), ISSUER.replace('https:', ''),
    ISSUER.toUpperCase(), ISSUER.replace('id.', 'ID.'), ISSUER.replace('example.com', 'example.com.'),
    ISSUER.replace('e', '\u0435'), ISSUER.replace('.', '\u3002'), ISSUER.replace('id', '\u0131d'),
    ISSUER.replace('example', 'exa\u00admple'), ISSUER.replace('id', '%69d'),
    ISSUER.normalize('NFD').replace('e', 'e\u0301'), `${ISSUER},https://evil.example`,
  ]
  test.each(ISSUERS.map((iss) => [String(JSON.stringify(iss)), iss] as const))(
    '%s is not ours, and asks for nothing',
    async (_, iss) => {
      const { asked, fetch } = network({ [ISSUER]: KEYS })
      const { provider, says } = verifier([], { jwks: undefined, fetch } as never)
      expect(await says(ed.token({ iss }))).toBe('wrong_issuer')
      expect(provider.recognizes(ed.token({ iss }))).toBe('foreign')
      expect(asked).toEqual([])
    },
  )
})

describe('the audience', () => {
  const AUDIENCES: readonly (readonly [unknown, string])[] = [
    [undefined, 'wrong_audience'],
    [null, 'wrong_audience'],
    ['', 'wrong_audience'],
    [' ', 'wrong_audience'],
    ['*', 'wrong_audience'],
    [['*'], 'wrong_audience'],
    [[], 'wrong_audience'],
    [[[AUDIENCE]], 'invalid_claim'],
    [[null, AUDIENCE], 'invalid_claim'],
    [[AUDIENCE, 7], 'invalid_claim'],
    [[AUDIENCE, {}], 'invalid_claim'],
    [{ [AUDIENCE]: true }, 'invalid_claim'],
    [{ 0: AUDIENCE, length: 1 }, 'invalid_claim'],
    [{ includes: true }, 'invalid_claim'],
    [true, 'invalid_claim'],
    [7, 'invalid_claim'],
    [AUDIENCE.slice(0, -1), 'wrong_audience'],
    [AUDIENCE.slice(1), 'wrong_audience'],
    [`${AUDIENCE}/`, 'wrong_audience'],
    [`${AUDIENCE}x`, 'wrong_audience'],
    [`x${AUDIENCE}`, 'wrong_audience'],
    [AUDIENCE.toUpperCase(), 'wrong_audience'],
    [`${AUDIENCE} https://evil.example`, 'wrong_audience'],
    [`${AUDIENCE},https://evil.example`, 'wrong_audience'],
    [JSON.stringify([AUDIENCE]), 'wrong_audience'],
    [AUDIENCE.replace('m', '\uff4d'), 'wrong_audience'],
    [['https://evil.example', AUDIENCE], 'accepted'],
    [[AUDIENCE, AUDIENCE], 'accepted'],
  ]
  test.each(AUDIENCES.map(([aud, expected]) => [String(JSON.stringify(aud)), expected, aud] as const))(
    '%s: %s',
    async (_, expected, aud) => {
      expect(await verifier(KEYS).says(ed.token({ aud }))).toBe(expected)
    },
  )

  test.each(['constructor', '__proto__', 'toString'])(
    'a claim for it called %s is not inherited',
    async (audienceClaims) => {
      expect(await verifier(KEYS, { audienceClaims }).says(ed.token())).not.toBe('accepted')
    },
  )
})

describe('other kinds of JWT', () => {
  const TYPES = [
    'dpop+jwt', 'logout+jwt', 'secevent+jwt', 'token-introspection+jwt', 'oauth-authz-req+jwt',
    'entity-statement+jwt', 'dc+sd-jwt', 'kb+jwt',
  ]
  test.each([
    ...TYPES, 'refresh+jwt', 'id_token+jwt', 'JWE', 'JOSE', 'JOSE+JSON', 'at+jwt ', ' JWT', 'J\u0057T\0', '',
    'JWT,at+jwt', 'text/plain', 'applicationjwt',
  ])('typ %j is refused', async (typ) => {
    expect(await verifier(KEYS).says(ed.token({}, { typ }))).toBe('wrong_type')
  })

  test.each([[null], [7], [true], [[]], [['JWT']], [{}], [{ toString: 'JWT' }]])(
    'typ %j is refused',
    async (typ: unknown) => {
      expect(await verifier(KEYS).says(ed.token({}, { typ }))).toBe('wrong_type')
    },
  )

  const KINDS: readonly (readonly [string, Record<string, unknown>])[] = [
    ['an ID token', { at_hash: 'x' }],
    ['an ID token of the hybrid flow', { c_hash: 'x' }],
    ['an ID token of Cognito', { token_use: 'id' }],
    ['a token of Cognito of a new kind', { token_use: ['access'] }],
    ['an ID token of Keycloak', { typ: 'ID' }],
    ['a refresh token of Keycloak', { typ: 'Refresh' }],
    ['an offline token of Keycloak', { typ: 'Offline' }],
    ['a logout token', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }],
    ['a logout token without events in it', { events: null }],
    ['a DPoP proof without its type', { htm: 'POST', htu: 'https://mcp.example.com/mcp' }],
    ['an introspection response', { token_introspection: { active: true } }],
  ]
  test.each(KINDS)('%s is refused', async (_, claims) => {
    expect(await verifier(KEYS).says(ed.token(claims))).toBe('wrong_type')
  })

  test('with tokenType at+jwt, only that type is taken', async () => {
    const { says } = verifier(KEYS, { tokenType: 'at+jwt' })
    for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt'])
      expect(await says(ed.token({}, { typ }))).toBe('accepted')
    for (const typ of [undefined, 'JWT', 'application/jwt', 'at+jwtx', 'xat+jwt'])
      expect(await says(ed.token({}, { typ }))).toBe('wrong_type')
  })
})

describe('who', () => {
  const ODD: readonly unknown[] = [7, true, [], ['ada'], {}, { toString: 'ada' }, { $ne: null }]
  test.each(['sub', 'client_id', 'azp', 'jti'].flatMap((claim) => ODD.map((value) => [claim, value] as const)))(
    '%s of %j is refused',
    async (claim, value) => {
      expect(await verifier(KEYS).says(ed.token({ [claim]: value }))).toBe('invalid_claim')
    },
  )
})

describe('null', () => {
  test.each(['client_id', 'azp', 'jti', 'nbf'])('as %s counts as absent, where that may be', async (claim) => {
    const { provider } = verifier(KEYS)
    expect(await provider.verifyToken(ed.token({ [claim]: null }))).not.toBeNull()
  })

  test.each(['exp', 'iss', 'aud', 'sub', 'iat'])('as %s is refused', async (claim) => {
    expect(await verifier(KEYS).says(ed.token({ [claim]: null }))).not.toBe('accepted')
  })

  test.each(['jti', 'nbf'])('as %s is refused where the claim is required', async (claim) => {
    expect(await verifier(KEYS, { requiredClaims: [claim] }).says(ed.token({ [claim]: null }))).toBe('missing_claim')
  })
})

describe('names that JavaScript knows', () => {
  const NAMES = [
    '__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'toJSON', 'then', 'length',
    'get', 'set', '__defineGetter__',
  ]
  test.each(NAMES)('a claim called %s is a claim and nothing else', async (name) => {
    for (const value of ['{"scope":"admin","iss":"x","polluted":true}', '"admin"', '7', 'null', '["admin"]']) {
      const { provider } = verifier(KEYS)
      const token = await provider.verifyToken(ed.write({ alg: 'EdDSA', kid: 'ed' }, claimsWith(`"${name}":${value}`)))
      expect(token?.scopes).toEqual(['notes:read'])
      expect(Object.getOwnPropertyDescriptor(token?.claims, name)?.value).toEqual(JSON.parse(value))
      expect(Object.getPrototypeOf(token?.claims)).toBe(Object.prototype)
      expect('polluted' in {}).toBe(false)
      expect((token?.claims as { polluted?: boolean }).polluted).toBeUndefined()
    }
  })

  test.each(['iss', 'aud', 'sub', 'scope'])('%s by way of __proto__ is not there', async (claim) => {
    const { [claim as 'iss']: value, ...others } = CLAIMS
    const payload = `${JSON.stringify(others).slice(0, -1)},"__proto__":${JSON.stringify({ [claim]: value })}}`
    const { provider } = verifier(KEYS)
    const token = await provider.verifyToken(ed.write({ alg: 'EdDSA', kid: 'ed' }, payload))
    if (['iss', 'aud'].includes(claim)) expect(token).toBeNull()
    else
      expect([token?.claims[claim], token?.subject, token?.scopes].slice(0, claim === 'sub' ? 2 : 1)).toEqual(
        claim === 'sub' ? [undefined, undefined] : [undefined],
      )
    if (claim === 'scope') expect(token?.scopes).toEqual([])
  })

  test.each(['alg', 'kid', 'typ', 'crit'])('%s by way of __proto__ in the header is not there', async (name) => {
    const { says } = verifier(KEYS)
    const header = { alg: '"alg":"EdDSA"', kid: '"kid":"ed"', typ: '', crit: '' }
    const values = { alg: '"EdDSA"', kid: '"nobody"', typ: '"dpop+jwt"', crit: '["x"]' }
    const own = Object.entries(header)
      .filter(([key, text]) => key !== name && text !== '')
      .map(([, text]) => text)
    const text = `{${[...own, `"__proto__":{"${name}":${values[name as 'alg']}}`].join(',')}}`
    expect(await says(ed.write(text, CLAIMS))).toBe(name === 'alg' ? 'unsupported_algorithm' : 'accepted')
  })

  test.each(['constructor', '__proto__', 'toString'])('a required claim called %s is not inherited', async (name) => {
    expect(await verifier(KEYS, { requiredClaims: [name] }).says(ed.token())).toBe('missing_claim')
  })
})
