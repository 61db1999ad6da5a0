/** What the workers send: tokens that are good now or were a moment ago, and every kind that never was. */
import { randomBytes } from 'node:crypto'
import { AUDIENCE } from '../oauth-kit.js'
import type { FlappingIssuer } from './flapping-issuer.js'
import type { IssuerKey } from './issuer-key.js'
import type { Flaw, Specimen } from './oracle.js'
import type { Random } from './random.js'

/** Tokens that one worker keeps to show again, while they are good and after. */
const KEPT = 24
/** Names that nobody has, but that come again and again. */
const NOBODY = Array.from({ length: 50 }, (_, number) => `nobody-${number}`)

export class Specimens {
  readonly #issuer: FlappingIssuer
  readonly #now: () => number
  readonly #random: Random
  readonly #kept: Specimen[] = []
  #count = 0

  constructor(issuer: FlappingIssuer, now: () => number, random: Random) {
    this.#issuer = issuer
    this.#now = now
    this.#random = random
  }

  next(): Specimen {
    const chance = this.#random.next()
    if (chance < 0.2) return this.#good(this.#issuer.signing)
    // All that is published: a key a moment before its first use or after its last is as good as the one in use.
    if (chance < 0.3) return this.#good(this.#random.pick(this.#issuer.published))
    // Whoever has stolen a key goes on signing with it.
    const { removed } = this.#issuer
    if (chance < 0.34 && removed.length > 0) return this.#specimen(this.#random.pick(removed), {})
    // Seen before: still good, or past its end, or by a key that was removed since.
    if (chance < 0.6 && this.#kept.length > 0) return this.#random.pick(this.#kept)
    if (chance < 0.7) return this.#badSignature()
    if (chance < 0.84) return this.#unknownKey()
    if (chance < 0.9) return this.#specimen(this.#issuer.signing, { aud: `${AUDIENCE}/other` }, 'other audience')
    if (chance < 0.95) return this.#specimen(this.#issuer.signing, { exp: this.#now() - this.#random.between(6, 600) })
    return { ...this.#specimen(this.#issuer.signing, {}, 'garbage'), text: this.#garbage() }
  }

  #good(key: IssuerKey): Specimen {
    const specimen = this.#specimen(key, {})
    if (this.#kept.length < KEPT) this.#kept.push(specimen)
    // Rarely, so that most are shown again long after their key is gone.
    else if (this.#random.next() < 0.1) this.#kept[Math.floor(this.#random.next() * KEPT)] = specimen
    return specimen
  }

  #specimen(key: IssuerKey, claims: Readonly<Record<string, unknown>>, flaw?: Flaw, kid?: string): Specimen {
    const now = this.#now()
    this.#count += 1
    const sub = `${this.#count} ${randomBytes(9).toString('base64url')}`
    const exp = now + this.#random.between(10, 120)
    const all = { iss: this.#issuer.issuer, aud: AUDIENCE, sub, scope: 'notes:read', iat: now, exp, ...claims }
    return { text: key.token(all, kid), sub, flaw, key, exp: all.exp, shown: false }
  }

  /** By a stranger under a good name, or with another token's signature. */
  #badSignature(): Specimen {
    const { signing, published, stranger } = this.#issuer
    const { kid } = this.#random.pick(published)
    if (this.#random.next() < 0.5) return this.#specimen(stranger, {}, 'bad signature', kid)
    const [ours, theirs] = [this.#specimen(signing, {}), this.#specimen(signing, {})]
    return { ...ours, flaw: 'bad signature', text: `${signed(ours.text)}.${theirs.text.split('.')[2]}` }
  }

  /** Once in ten by the stranger under its own name, else under a new name or one of the fifty. */
  #unknownKey(): Specimen {
    const { stranger } = this.#issuer
    const chance = this.#random.next()
    if (chance < 0.1) return this.#specimen(stranger, {}, 'unknown key')
    const kid = chance < 0.7 ? randomBytes(8).toString('hex') : this.#random.pick(NOBODY)
    return this.#specimen(stranger, {}, 'unknown key', kid)
  }

  #garbage(): string {
    const { text } = this.#specimen(this.#issuer.signing, {})
    const [header = '', payload = '', signature = ''] = text.split('.')
    return this.#random.pick([
      randomBytes(60).toString('base64url'),
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${text}=`,
      `${header}.${payload.slice(0, -4)}.${signature}`,
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.${signature}`,
      `${text}.${signature}`,
      ` ${text}`,
      'x'.repeat(40_000),
      '',
    ])
  }
}

function signed(token: string): string {
  return token.slice(0, token.lastIndexOf('.'))
}
