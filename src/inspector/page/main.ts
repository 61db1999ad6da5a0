/** Puts the page together: what is live, and on one's own machine the tokens. */
import { ask, find } from './dom.js'
import { watchLive } from './live.js'
import { readyMapping } from './mapping.js'
import { readyToken } from './token.js'

// A link that was opened again: whoever is here needs no code.
if (location.hash !== '' && location.hash !== '#main') history.replaceState(undefined, '', location.pathname)

find('leave', HTMLButtonElement)?.addEventListener('click', () => {
  void ask('session', {}, 'DELETE').then(() => location.reload())
})
const mapping = readyMapping()
readyToken((claims) => mapping?.take(claims))
watchLive()
