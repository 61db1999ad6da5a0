import { describe, expect, test } from 'vitest'
import { SeenProofs } from '../../../src/gate/dpop/seen-proofs.js'
import { START } from '../../oauth-kit.js'

describe('the memory of used proofs', () => {
  test('holds each until its end, and lets go of it soon after', () => {
    const seen = new SeenProofs({ perKey: 1_000, entries: 1_000 })
    for (let n = 0; n < 600; n += 1) expect(seen.note(`proof-${n}`, 'key', START + n, START)).toBe('new')
    for (let passed = 0; passed < 600; passed += 1) expect(seen.note(`proof-${passed}`, 'key', START + passed, START + passed)).toBe('seen')
    expect(seen.note('another', 'key', START + 1_000, START + 620)).toBe('new')
    expect(seen.size).toBe(1)
  })

  test('gives a key its room back', () => {
    const seen = new SeenProofs({ perKey: 1, entries: 10 })
    expect(seen.note('a', 'key', START + 10, START)).toBe('new')
    expect(seen.note('b', 'key', START + 10, START)).toBe('full for this key')
    expect(seen.note('c', 'other', START + 10, START)).toBe('new')
    expect(seen.note('b', 'key', START + 100, START + 40)).toBe('new')
  })

  test('pushes nothing out', () => {
    const seen = new SeenProofs({ perKey: 10, entries: 2 })
    for (const proof of ['a', 'b']) seen.note(proof, proof, START + 10, START)
    expect(seen.note('c', 'c', START + 10, START)).toBe('full')
    expect(['a', 'b'].map((proof) => seen.note(proof, proof, START + 10, START))).toEqual(['seen', 'seen'])
  })

  test('a clock that is set back opens nothing', () => {
    const seen = new SeenProofs({ perKey: 10, entries: 10 })
    seen.note('a', 'key', START + 300, START)
    expect(seen.note('b', 'key', START - 700, START - 1_000)).toBe('new')
    expect([seen.note('a', 'key', START + 300, START - 1_000), seen.note('b', 'key', START - 700, START - 999)]).toEqual(['seen', 'seen'])
  })

  test('a clock that jumps ahead and back opens nothing, and shuts out only what ends in the same seconds', () => {
    const seen = new SeenProofs({ perKey: 10, entries: 10 })
    seen.note('a', 'key', START + 300, START)
    expect(seen.note('b', 'key', START + 3_900, START + 3_600)).toBe('new')
    expect(seen.note('a', 'key', START + 300, START + 10), 'used before the jump').toBe('forgotten')
    expect(seen.note('c', 'key', START + 330, START + 30)).toBe('new')
    expect(seen.note('b', 'key', START + 3_900, START + 30)).toBe('seen')
  })

  test('a clock that is set back after its time opens nothing', () => {
    const seen = new SeenProofs({ perKey: 10, entries: 10 })
    seen.note('a', 'key', START + 300, START)
    for (let passed = 0; passed < 86_000; passed += 60) seen.note(`at ${passed}`, `key ${passed}`, START + passed + 300, START + passed)
    expect(seen.note('a', 'key', START + 300, START)).toBe('forgotten')
  })

  test('gives room back after a clock was far ahead for a moment', () => {
    const seen = new SeenProofs({ perKey: 1, entries: 2 })
    seen.note('a', 'key', START + 300, START)
    seen.note('b', 'other', START + 1e9, START + 1e9)
    expect(seen.note('c', 'key', START + 600, START + 315)).toBe('new')
    expect(seen.note('d', 'key', START + 900, START + 630)).toBe('new')
  })
})
