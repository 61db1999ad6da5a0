/** All the load, in a process of its own: the clients, and autocannon that sends what they ask. */
import autocannon from 'autocannon'
import { answerAll } from './child.js'
import { Clients } from './clients.js'
import { CALL, CALL_HEADERS, PATH } from './world.js'
/** @import { Size } from './options.js' */

/** @typedef {{ size: Size, library: string }} LoadOrder */
/** @typedef {{ port: number, workload: string, from: number, count: number, connections: number, sessions: boolean }} Burst */
/** @typedef {{ flood: true, port: number, seconds: number, good: number, bad: number }} Flood connections of each kind */
/** @typedef {Record<string, number>} Statuses how many answers of each status, and how many that were none at all */

answerAll(
  async (/** @type {LoadOrder} */ { size, library }) => {
    const clients = await Clients.start(size, new URL(library))
    return { state: clients, first: { issuer: clients.issuer, samples: clients.samples() } }
  },
  (/** @type {Burst | Flood} */ order, clients) => ('flood' in order ? flood(order, clients) : send(order, clients)),
)

/** @param {Burst} burst @param {Clients} clients @returns {Promise<Statuses>} */
async function send({ port, workload, from, count, connections, sessions }, clients) {
  const requests = clients.requests(workload, { from, count, sessions }).map((headers) => ({ headers }))
  const each = count / connections
  let connection = 0
  const { statusCodeStats = {}, errors } = await autocannon({
    url: `http://127.0.0.1:${port}${PATH}`,
    method: 'POST',
    body: CALL,
    connections,
    amount: count,
    sampleInt: 10, // milliseconds: how soon it sees that it is done
    setupClient: (/** @type {any} */ client) => client.setRequests(requests.slice(each * connection, each * (connection += 1))),
  })
  const statuses = Object.entries(statusCodeStats).map(([status, { count: many = 0 }]) => [status, many])
  return { ...Object.fromEntries(statuses), ...(errors > 0 && { none: errors }) }
}

/** Good connections, beside bad ones for a while. @param {Flood} flood @param {Clients} clients */
async function flood({ port, seconds, good, bad }, clients) {
  const target = { url: `http://127.0.0.1:${port}${PATH}`, method: /** @type {const} */ ('POST'), body: CALL, duration: seconds, sampleInt: 10 }
  /** @type {number[]} */
  const times = []
  const requests = clients.requests('remembered', { from: 0, count: 64 }).map((headers) => ({ headers }))
  const answered = (/** @type {number} */ _status, /** @type {number} */ _bytes, /** @type {number} */ time) => times.push(time)
  const setupClient = (/** @type {any} */ client) => client.on('response', answered)
  const ofGood = autocannon({ ...target, connections: good, requests, setupClient })
  const setupRequest = (/** @type {any} */ request) => ({ ...request, headers: { ...CALL_HEADERS, authorization: `Bearer ${clients.badToken()}` } })
  const ofBad = bad === 0 ? undefined : autocannon({ ...target, connections: bad, requests: [{ setupRequest }] })
  const [{ '2xx': served, non2xx, duration }, bads] = await Promise.all([ofGood, ofBad])
  if (non2xx > 0) throw new Error(`${non2xx} good requests were refused in a flood`)
  if ((bads?.['2xx'] ?? 0) > 0) throw new Error('a bad request was let in by a flood')
  return { perSecond: served / duration, p99: times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN }
}
