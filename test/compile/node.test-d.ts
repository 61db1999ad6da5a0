/** Holds that `./node` fits Node's own servers. */
import { createServer } from 'node:http'
import { bearerAuth as nodeAuth } from '../../src/adapters/node.js'
import { options, provider } from './given.js'

createServer(nodeAuth(provider, options)((req, res) => void res.end(req.url)))
createServer(nodeAuth(provider)(async (_req, res) => void res.end()))

// @ts-expect-error TS2322 yes or no
nodeAuth(provider, { optional: 'no' })
