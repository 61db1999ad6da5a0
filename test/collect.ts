/** Runs the garbage collector now: what nobody holds is gone, be it a timeout that was relied on. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')

export const collect = runInNewContext('gc') as () => void
