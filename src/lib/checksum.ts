/** Computes CRC-32 as in zlib, PNG and Ethernet, which finds typing errors and keeps nobody out. */

/** Computes the CRC-32 of an ASCII text, as an unsigned number. */
export function crc32(text: string): number {
  let rest = 0xffffffff
  for (const byte of new TextEncoder().encode(text)) {
    rest ^= byte
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? POLYNOMIAL : 0)
  }
  return ~rest >>> 0
}

/** Its bits in reverse order, as is usual. */
const POLYNOMIAL = 0xedb88320
