/** Has a server listen on the loopback. */

/** @param {import('node:http').Server} server @returns {Promise<number>} its port */
export function listening(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port))
  })
}
