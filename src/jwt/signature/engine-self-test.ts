/** Tests the synchronous engine by known answers: it is used only where it accepts all of these, and none of their falsifications. */
import { decodeBase64url } from '../token/base64url.js'
import type { JsonWebKey, KeyObject } from 'node:crypto'
import type { Algorithm } from './algorithms.js'
import type { NodeCrypto, Verification } from './node-verification.js'

export type Verify = (crypto: NodeCrypto, alg: Algorithm, key: KeyObject) => Verification

export interface KnownAnswer {
  readonly alg: Algorithm
  readonly jwk: JsonWebKey
  readonly signed: string
  readonly signature: string
  /** A signature by the same key over the same text, which still must not be accepted. */
  readonly falsification?: string
}

/** True when every known answer is accepted, and a signature with one bit flipped, or cut short, is not. */
export function isTrustworthy(crypto: NodeCrypto, verification: Verify): boolean {
  try {
    return AT_ONCE.flatMap((known) => trials(crypto, verification, known)).every(({ verify, isGood }) => crypto.verify(...verify) === isGood)
  } catch {
    return false // whatever it was: jose does the work then
  }
}

export interface Trial {
  readonly verify: [hash: string | null, data: Uint8Array, key: Verification['key'], signature: Uint8Array]
  readonly isGood: boolean
}

/** What a crypto is to say of one answer, and of its falsifications. */
export function trials(crypto: NodeCrypto, verification: Verify, known: KnownAnswer): readonly Trial[] {
  const { alg, jwk, signed, signature, falsification = signature.slice(4) } = known
  const { hash, key } = verification(crypto, alg, crypto.createPublicKey({ key: jwk, format: 'jwk' }))
  const good = decodeBase64url(signature)
  const turned = good.map((byte, index) => (index === 9 ? byte ^ 1 : byte))
  const data = new TextEncoder().encode(signed)
  const bad = [turned, good.subarray(1), new Uint8Array(good.length), decodeBase64url(falsification)]
  const trial = (candidate: Uint8Array, isGood: boolean): Trial => ({ verify: [hash, data, key, candidate], isGood })
  return [trial(good, true), ...bad.map((candidate) => trial(candidate, false))]
}

const RSA: JsonWebKey = {
  kty: 'RSA',
  e: 'AQAB',
  n:
    'n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRB' +
    'SFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD' +
    '1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_' +
    'qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw',
}

export const HOBBIT_PAYLOAD =
  'SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUg' +
  'cm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0' +
  'IGJlIHN3ZXB0IG9mZiB0by4'

export const AT_ONCE: readonly KnownAnswer[] = [
  {
    // RFC 7520 section 4.1
    alg: 'RS256',
    jwk: RSA,
    signed: `eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.${HOBBIT_PAYLOAD}`,
    signature:
    'MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi8' +
    '4wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocS' +
    'adnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJu' +
    'shZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg',
  },
  {
    // RFC 7520 section 4.2
    alg: 'PS384',
    jwk: RSA,
    signed: `eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.${HOBBIT_PAYLOAD}`,
    signature:
    'cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItl' +
    'lVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0' +
    'TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0' +
    'uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw',
    // With a salt of 32 bytes: RFC 7518 section 3.5 wants one as long as the hash.
    falsification:
    'Bq_nF8ZANZz-p-Q4S6a1GsT9gidUJFvZ6vFA0MiZTkscVzNj_p81uM88ENN2SvK4_g8uwnGyLnTVgNcP7wG5_SQ0JQhtyNSeDzBidhIc' +
    'SrMdAGymhZon9-MllhiUbioJkTBwh1j3VM4LgI_QSKyc7tcy4t-PC0X65bH8wC57t8Y_MqnqY9B3oyBGZZsXkjkagmbcHPkPp8_e8Xmb' +
    'kD4IpfB_KIT0Wsz3LDvQLjt2y9x32CmsbW0POh3bpU3HrAAAjFX3WmtuKXftCXJrEY51jehHc8zPdeJTy-5MsXakiiykajfP6HKUFAp4' +
    'TXl2eZG1ui7J3EydwlG77Rhcar74DQ',
  },
  {
    // RFC 7515 appendix A.3
    alg: 'ES256',
    jwk: {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    },
    signed:
    'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19' +
    'yb290Ijp0cnVlfQ',
    signature: 'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
  },
  {
    // RFC 8037 appendix A.4
    alg: 'EdDSA',
    jwk: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
    signed: 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc',
    signature: 'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
  },
]
