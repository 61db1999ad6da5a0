/** Kubernetes service accounts. @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#serviceaccount-token-volume-projection */
import { clusterFetch } from './cluster-fetch.js'
import { pin } from './pin.js'
import { checkPreset, eachOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { ClusterFiles } from './cluster-fetch.js'
import type { Audience, KeysInHand, OneOrMore, WorkloadPreset } from './preset.js'
import type { Subjects } from './scope-tables.js'

export type KubernetesOptions = Subjects & {
  /** `--service-account-issuer` of the cluster: `kubectl get --raw /.well-known/openid-configuration` says it. */
  issuer: OneOrMore
  /** The audience of the projected token: the URL of this server. */
  audience: Audience
  /** `namespace/name` of the accounts that are taken. Default: every account of the cluster. */
  serviceAccounts?: OneOrMore
} & (
    | {
        /** Asks the API server of the cluster that this process runs in, as the pod. `true`, or where the files are. */
        inCluster: true | ClusterFiles
        jwks?: never
      }
    | { /** The keys, `kubectl get --raw /openid/v1/jwks`, where there is no way to the API server. */ jwks: KeysInHand; inCluster?: never }
    | { inCluster?: never; jwks?: never }
  )

const API_SERVER = 'https://kubernetes.default.svc'
const POD = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * Projected tokens of service accounts. Keys come from the issuer's public discovery, as on EKS, GKE and AKS; from the API
 * server, by the pod's own credential; or from your hand. Tokens have no scopes: `subjects` gives some by
 * `system:serviceaccount:NAMESPACE:NAME`. Does NOT take the old tokens in secrets, which have no end.
 */
export function kubernetes(options: KubernetesOptions): WorkloadPreset {
  checkPreset('kubernetes', options, ['issuer', 'audience', 'serviceAccounts', 'subjects', 'inCluster', 'jwks'])
  const { issuer, audience, serviceAccounts, subjects, inCluster, jwks } = options
  if (inCluster !== undefined && jwks !== undefined) throw new TypeError('give "inCluster" or "jwks", not both')
  const accounts = serviceAccounts === undefined ? undefined : eachOf('serviceAccounts', serviceAccounts, subjectOf)
  return {
    name: 'kubernetes',
    issuer,
    audience,
    scopes: scopesBy(['sub', subjects]),
    requiredClaims: ['sub'],
    rules: accounts === undefined ? [] : [pin('sub', accounts, 'Kubernetes: the service account is not in "serviceAccounts"')],
    hints: {
      wrong_issuer: 'Kubernetes: the issuer is in kubectl get --raw /.well-known/openid-configuration; a cluster may have had another before: list both',
      wrong_audience: 'Kubernetes: project a token with this audience into the pod (serviceAccountToken.audience); the default token is for the API server',
      missing_claim: 'Kubernetes: this is an old token from a secret, without an end; project one into the pod',
    },
    ...keysBy(inCluster, jwks),
  }
}

function keysBy(inCluster: true | ClusterFiles | undefined, jwks: KeysInHand | undefined): Pick<WorkloadPreset, 'jwksUri' | 'fetch'> | { jwks: KeysInHand } {
  if (jwks !== undefined) return { jwks }
  if (inCluster === undefined) return {}
  const files = inCluster === true ? { caFile: `${POD}/ca.crt`, tokenFile: `${POD}/token` } : inCluster
  // Not by discovery, which names the address of a machine that its certificate may not have.
  return { jwksUri: `${API_SERVER}/openid/v1/jwks`, fetch: clusterFetch(API_SERVER, files) }
}

function subjectOf(account: string): string {
  const [, namespace, name] = /^([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(String(account)) ?? []
  if (name === undefined) throw new TypeError('"serviceAccounts" must have accounts as namespace/name, such as prod/notes-client')
  return `system:serviceaccount:${namespace}:${name}`
}
