/** Recognises public keys of the right size under which others than their owner can sign. */

/**
 * True for an RSA modulus whose factors follow from it: CVE-2017-15361 ("ROCA"), made by chips of 2012 to 2017. True as
 * well for one in two hundred million others.
 */
export function isRoca(modulus: Uint8Array): boolean {
  return POWERS.every(({ prime, powers }) => powers.has(remainder(modulus, prime)))
}

/** True for an Ed25519 point of small order: under such a key one signature fits every message. */
export function hasSmallOrder(point: Uint8Array): boolean {
  const withoutSign = [...point].map((byte, index) => (index === 31 ? byte & 0x7f : byte))
  return SMALL_ORDER.has(withoutSign.map((byte) => byte.toString(16).padStart(2, '0')).join(''))
}

// Nemec et al., CCS 2017: the factors of such a modulus are powers of 65537 modulo every small prime, and so is the
// modulus. These are the primes up to 167 that have remainders which are no such power.
const PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157]

// Found out once: a set of weak keys must not hold up the event loop.
const POWERS = PRIMES.map((prime) => ({ prime, powers: powersOf65537(prime) }))

function powersOf65537(prime: number): ReadonlySet<number> {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * 65_537) % prime) powers.add(power)
  return powers
}

function remainder(bigEndian: Uint8Array, divisor: number): number {
  let rest = 0
  for (const byte of bigEndian) rest = (rest * 256 + byte) % divisor
  return rest
}

/** Their y, little-endian, without the sign of x: 0, 1, two of order eight, -1, and 0 and 1 again beyond the prime. */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
])
