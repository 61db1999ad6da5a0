/** Everybody who is measured, in the order of the tables. */
import { awsJwtVerify } from './aws-jwt-verify.js'
import { bareVerify } from './bare-verify.js'
import { expressOauth2JwtBearer } from './express-oauth2-jwt-bearer.js'
import { fastJwt, fastJwtRemembering } from './fast-jwt.js'
import { jose } from './jose.js'
import { jsonwebtoken } from './jsonwebtoken.js'
import { ours, oursByJose, oursForgetting } from './ours.js'
/** @import { Algorithm, Issuer } from '../../lib/issuer.js' */

/**
 * As the library has it, nothing wrapped around it: false, null or a throw is a no, everything else a yes.
 * @typedef {(token: any) => unknown} Verify
 */

/**
 * @typedef {object} Candidate
 * @property {string} name
 * @property {readonly Algorithm[]} algorithms those it can verify
 * @property {boolean} [remembers] takes part where tokens were seen before
 * @property {boolean} [onlyRemembers] and nowhere else
 * @property {(world: World) => Promise<Verify> | Verify} start a verifier as new, which may fetch keys once
 * @property {(token: string) => unknown} [prepare] what it needs of a token, made before the clock runs; then it is
 *   given good tokens only
 */

/**
 * @typedef {object} World
 * @property {Issuer} issuer
 * @property {string} jwksUri where the keys are served, on the loopback
 * @property {URL} library the folder of the library as built
 */

/** @type {readonly Candidate[]} */
export const CANDIDATES = [
  bareVerify,
  jose,
  ours,
  oursForgetting,
  oursByJose,
  awsJwtVerify,
  expressOauth2JwtBearer,
  fastJwt,
  fastJwtRemembering,
  jsonwebtoken,
]
