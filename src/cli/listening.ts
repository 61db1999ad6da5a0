/** Puts a test issuer on a port. */
import { CommandError } from './command.js'
import type { TestIssuer } from '../testing/index.js'

/** @throws CommandError where somebody else listens there, or nobody may. */
export async function listening(issuer: TestIssuer, port: number): Promise<TestIssuer> {
  try {
    return await issuer.listen(port)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE' || code === 'EACCES') throw new CommandError(1, `port ${port} is taken, or may not be used; choose another`)
    throw error
  }
}
