/** The self-test of the form with a callback, for what would hold up the event loop. Loaded where the first such key is seen. */
import { after, inTime } from '../../lib/timer.js'
import { AT_ONCE, HOBBIT_PAYLOAD, trials } from './engine-self-test.js'
import type { After } from '../../lib/timer.js'
import type { KnownAnswer, Trial, Verify } from './engine-self-test.js'
import type { NodeCrypto } from './node-verification.js'

/** True when every known answer is accepted, and none of their falsifications. A crypto that never calls back is none. */
export async function isTrustworthyInThreads(crypto: NodeCrypto, verification: Verify, later: After = after): Promise<boolean> {
  const inThread = ({ verify }: Trial): Promise<boolean> =>
    new Promise((resolve, reject) => crypto.verify(...verify, (error, good) => (error ? reject(error) : resolve(good))))
  const areFound = async (): Promise<boolean> => {
    const found = IN_THREADS.flatMap((known) => trials(crypto, verification, known)).map(async (trial) => (await inThread(trial)) === trial.isGood)
    return (await Promise.all(found)).every(Boolean)
  }
  try {
    return await inTime(PATIENCE, later, areFound, () => new Error('it never calls back'))
  } catch {
    return false
  }
}

/** Seconds. */
const PATIENCE = 2

const IN_THREADS: readonly KnownAnswer[] = [
  ...AT_ONCE.filter(({ alg }) => alg === 'RS256' || alg === 'PS384'), // keys over 4096 bits
  {
    // RFC 6979 appendix A.2.6
    alg: 'ES384',
    jwk: {
      kty: 'EC',
      crv: 'P-384',
      x: '7DpOQVtOGaRWhhgCn0J_pdqai8SukuAuBqrlKGswDGTe-PDqkFWGYGSiVFFUgLwT',
      y: 'gBXZty19VyROqO-awMYhiWcIpZNn-d-59UyoSz8cnbEoiyMcOuDU_nNE_SUzJkcg',
    },
    signed: 'sample',
    signature: 'lO27kqXsuKrUc25WxpGRaz-IFAZmzp-nPWTE6pWtEzyBpkgVLkSs-W423R6A-r5Gme9K6xXxeM6h_kDbJgMTjxMOdAoZYkUmIDtj' +
    'UdCjqU-jKcFFeG5nnnuCxxo4YorI',
  },
  {
    // RFC 7520 section 4.3
    alg: 'ES512',
    jwk: {
      kty: 'EC',
      crv: 'P-521',
      x: 'AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt',
      y: 'AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1',
    },
    signed: `eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.${HOBBIT_PAYLOAD}`,
    signature:
    'AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDy' +
    'YjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2',
  },
]
