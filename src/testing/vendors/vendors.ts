/** Finds the shape of a vendor's tokens, by its name or by options that its preset made. */
import { oneOf } from '../../lib/options.js'
import { PEOPLE } from './people.js'
import { WORKLOADS } from './workloads.js'
import type { PresetLike, VendorShape } from './vendor-shape.js'

const VENDORS = { ...PEOPLE, ...WORKLOADS }

/** A vendor by the name of its preset: `entra`, `auth0`, `keycloak`. */
export type VendorName = keyof typeof VENDORS

/** Every vendor that a test issuer can be like. */
export const vendorNames = Object.keys(VENDORS) as readonly VendorName[]

export interface Vendor {
  readonly shape: VendorShape
  readonly preset: PresetLike
}

/** @throws TypeError for a name, or a preset, that there is no shape for. */
export function vendorOf(like: VendorName | PresetLike): Vendor {
  if (typeof like === 'string') {
    const shape: VendorShape = VENDORS[oneOf('like', like, vendorNames)]
    return { shape, preset: shape.preset() }
  }
  const shape = Object.values<VendorShape>(VENDORS).find(({ preset }) => preset().name === like?.name)
  if (shape === undefined) throw new TypeError(`"like" must be options of a preset for JWTs with the name that it gave them, or one of ${vendorNames.join(', ')}`)
  return { shape, preset: like }
}
