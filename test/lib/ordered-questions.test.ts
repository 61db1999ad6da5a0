import { describe, expect, test } from 'vitest'
import { OrderedQuestions } from '../../src/lib/ordered-questions.js'

/** Questions that are answered when told; `kept`: answers that were kept, in their order. */
function setUp() {
  const questions = new OrderedQuestions<string>()
  const kept: string[] = []
  const answers: ((answer: string) => void)[] = []
  const ask = (now: number, maxAge?: number) =>
    questions.ask({
      ...{ key: 'a', now, maxAge },
      ask: () => new Promise<string>((resolve) => answers.push(resolve)),
      keep: (answer) => {
        kept.push(answer)
        return answer
      },
    })
  return { kept, answers, ask, questions }
}

describe('of two questions about the same', () => {
  test('the one that was asked later counts, whichever is answered first', async () => {
    for (const order of [[0, 1], [1, 0]] as const) {
      const { ask, answers, kept, questions } = setUp()
      const asked = [ask(0), ask(1, 0)]
      for (const index of order) answers[index]?.(`answer ${index}`)
      const heard = await Promise.all(asked)
      expect(kept.at(-1)).toBe('answer 1')
      expect(heard[1]).toBe('answer 1')
      expect(questions.isAsking('a')).toBe(false)
    }
  })

  test('who asked earlier and is answered later hears the younger answer', async () => {
    const { ask, answers } = setUp()
    const asked = ask(0)
    const younger = ask(1, 0)
    answers[1]?.('no')
    await younger
    answers[0]?.('yes')
    expect(await asked).toBe('no')
  })

  test('an answer at once is younger than all that are awaited', async () => {
    const { ask, answers, questions } = setUp()
    const asked = ask(0)
    expect(questions.ask({ key: 'a', now: 0, maxAge: 0, ask: () => 'no', keep: (answer) => answer })).toBe('no')
    answers[0]?.('yes')
    expect(await asked).toBe('no')
  })
})

describe('a question', () => {
  test.each<[string, [number, number?], [number, number?], boolean]>([
    ['any', [0], [9], true],
    ['any, beside one that must be young', [0, 0], [9], true],
    ['of at most 5 seconds ago', [0, 5], [5, 5], true],
    ['of more', [0, 5], [5.1, 5], false],
    ['of now, with maxAge 0', [0, 0], [0, 0], false],
    ['that a younger answer is wanted for than the one under way', [0, 5], [1, 2], false],
    ['that must be young, beside one that others may have answered', [0], [0, 5], false],
  ])('%s is joined: %4$s', (_, first, second, isJoined) => {
    const { ask, answers } = setUp()
    void ask(...first)
    void ask(...second)
    expect(answers.length).toBe(isJoined ? 1 : 2)
  })

  test('that fails is over, and keeps nothing', async () => {
    const questions = new OrderedQuestions<string>()
    const ask = (): Promise<string> => Promise.reject(new Error('nobody knows'))
    await expect(questions.ask({ key: 'a', now: 0, maxAge: undefined, ask, keep: (answer) => answer })).rejects.toThrow('nobody knows')
    expect(questions.isAsking('a')).toBe(false)
  })
})
