/** All the load, in a process of its own: the clients, and autocannon that sends what they ask. */
import autocannon from 'autocannon'
import { answerAll } from './child.js'
import { Clients } from './clients.js'
import { CALL, PATH } from './world.js'
/** @import { Size } from './options.js' */

/** @typedef {{ size: Size, library: string }} LoadOrder */
/** @typedef {{ port: number, workload: string, from: number, count: number, connections: number, sessions: boolean }} Burst */
/** @typedef {Record<string, number>} Statuses how many answers of each status, and how many that were none at all */

answerAll(
  async (/** @type {LoadOrder} */ { size, library }) => {
    const clients = await Clients.start(size, new URL(library))
    return { state: clients, first: { issuer: clients.issuer, samples: clients.samples() } }
  },
  send,
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
