/** Takes a token, has it explained, and shows what was found. */
import { ask, el, find, show } from './dom.js'
import { reportParts, verdictParts } from './report.js'
import type { TokenReport } from '../../inspect/token-report.js'

/** `found`: takes the claims, for the mapping. */
export function readyToken(found: (claims: object) => void): void {
  const form = find('token-form', HTMLFormElement)
  const token = find('token', HTMLTextAreaElement)
  const [verdict, report] = [find('verdict', HTMLElement), find('report', HTMLElement)]
  if (form === undefined || token === undefined) return
  /** The last question: an answer to one before it is not shown. */
  let asked = 0

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void explain(token.value)
  })
  form.addEventListener('reset', () => {
    asked += 1
    show(verdict)
    show(report)
    token.focus()
  })
  // As in every field where one thing is written: Enter sends, and a token has no lines.
  token.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    form.requestSubmit()
  })

  async function explain(text: string): Promise<void> {
    asked += 1
    const mine = asked
    show(verdict, el('p', { class: 'note' }, 'Looking…'))
    const answered = await ask('api/report', { token: text })
    if (mine !== asked) return
    if ('problem' in answered) {
      show(verdict, el('p', { class: 'verdict unknown' }, answered.problem))
      return show(report)
    }
    const told = answered.value as TokenReport // by the server that this page is of
    show(verdict, ...verdictParts(told))
    show(report, ...reportParts(told))
    if (told.claims !== undefined) found(told.claims.values)
  }
}
