import { describe, expect, test } from 'vitest'
import { ReplayMemory } from '../../src/lib/replay-memory.js'

describe('ReplayMemory', () => {
  test('knows what it saw until that has ended', () => {
    const memory = new ReplayMemory(10)
    memory.add(['a', 'b'], 100, 0)
    expect(memory.has(['a', 'b'], 99)).toBe(true)
    expect(memory.has(['a', 'b'], 100)).toBe(false)
    expect(memory.has(['ab', ''], 0)).toBe(false)
    memory.add(['a', 'b'], 300, 200)
    expect(memory.has(['a', 'b'], 250)).toBe(true)
  })

  test('forgets the oldest where there is no room, and what has ended before that', () => {
    const memory = new ReplayMemory(2)
    memory.add(['1'], 100, 0)
    memory.add(['2'], 100, 0)
    memory.add(['3'], 100, 0)
    expect(['1', '2', '3'].map((name) => memory.has([name], 0))).toEqual([false, true, true])
    memory.add(['4'], 300, 200)
    memory.add(['5'], 300, 200)
    expect(['2', '3', '4', '5'].map((name) => memory.has([name], 200))).toEqual([false, false, true, true])
  })
})
