/** Holds that `./fastmcp` fits FastMCP as it is. */
import { FastMCP } from 'fastmcp'
import { authenticateWith } from '../../src/adapters/fastmcp.js'
import { options, provider } from './given.js'

new FastMCP({ name: 'notes', version: '1.0.0', authenticate: authenticateWith(provider, options) }).addTool({
  name: 'whoami',
  execute: async (_args, { session }) => session?.clientId ?? '',
})
