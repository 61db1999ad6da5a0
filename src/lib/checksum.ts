/** CRC-32 as in zlib, PNG and Ethernet: finds slips of the pen, keeps nobody out. */

/** Of a text of ASCII, as an unsigned number. */
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
