// What the questions to every authorization server have in common: a form that is posted as a client, and an event that is looked for.
import assert from 'node:assert/strict'

/** Posts a form as this client. @throws for anything but a 200 with JSON, or with nothing */
export async function post(url, { id, secret }, parameters) {
  const authorization = `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`
  const response = await fetch(url, { method: 'POST', headers: { authorization }, body: new URLSearchParams(parameters) })
  const text = await response.text()
  assert.equal(response.status, 200, `${url} answered ${response.status}: ${text}`)
  return text === '' ? {} : JSON.parse(text)
}

/** A provider, and what it told. */
export function told(make) {
  const events = []
  const provider = make((event) => events.push(event))
  return { provider, last: (type) => events.findLast((event) => event.type === type) }
}

/** A token that was just taken, or the reason why not. */
export async function taken({ provider, last }, token, options) {
  const found = await provider.verifyToken(token, options)
  assert.ok(found, JSON.stringify(last('rejected')))
  return found
}

/** @throws unless nobody knows about the token */
export async function isUnknown(provider, token, options) {
  await assert.rejects(async () => provider.verifyToken(token, options), { code: 'ERR_AUTH_UNAVAILABLE' })
}
