/**
 * AWS Application Load Balancer. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
 * Keys and signer: the source of aws-jwt-verify (2026-03).
 */
import { albFormat } from '../../src/jwt/formats/alb-token.js'
import { tokenFormat } from '../../src/jwt/formats/token-format.js'
import { pin } from './pin.js'
import { checkPreset, eachOf } from './preset.js'
import { scopesBy } from './scope-tables.js'
import type { JwtPreset, OneOrMore } from './preset.js'
import type { Groups } from './scope-tables.js'

export interface AwsAlbOptions extends Groups {
  /** The ARN of the load balancer. Those of all customers sign with the same keys. Several must be in one region. */
  loadBalancer: OneOrMore
  /** The client id that the load balancer has at the authorization server. */
  clients: OneOrMore
  /** The issuer of the authorization server, as the load balancer was told. */
  issuer: string
}

/**
 * What a load balancer signs about the user into `x-amzn-oidc-data`; it is taken from there and nowhere else, and only in the
 * spelling of load balancers, with padding. Claims are those of the authorization server's userinfo, and `iss`, `client_id`,
 * `exp` and `signer` of the header. `groups` maps `groups`. Not certain: the place of keys in China.
 */
export function awsAlb(options: AwsAlbOptions): JwtPreset {
  checkPreset('awsAlb', options, ['loadBalancer', 'clients', 'issuer', 'groups'])
  const { loadBalancer, clients, issuer, groups } = options
  const places = new Set(eachOf('loadBalancer', loadBalancer, keysOf))
  const [jwksUri] = places
  if (places.size > 1) throw new TypeError('"loadBalancer" must have load balancers of one region; write a provider for each region')
  return {
    name: 'aws-alb',
    tokenHeader: 'x-amzn-oidc-data',
    issuer,
    jwksUri,
    audience: eachOf('clients', clients, (one) => one),
    audienceClaims: 'client_id',
    algorithms: ['ES256'],
    scopes: scopesBy(['groups', groups]),
    requiredClaims: ['sub'],
    rules: [pin('signer', loadBalancer, 'AWS ALB: another load balancer signed this; "loadBalancer" is the ARN of yours')],
    hints: {
      malformed: 'AWS ALB: this is no x-amzn-oidc-data, whose parts end in padding; x-amzn-oidc-accesstoken is for the provider of the authorization server',
      wrong_audience: 'AWS ALB: the load balancer is another client at the authorization server; list its client id in "clients"',
    },
    [tokenFormat]: albFormat,
  }
}

/** Where a load balancer's keys are. */
function keysOf(arn: string): string {
  const [, partition, region] =
    /^arn:(aws|aws-us-gov|aws-cn):elasticloadbalancing:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:loadbalancer\/app\/./.exec(String(arn)) ?? []
  if (region === undefined) throw new TypeError('"loadBalancer" must be its ARN, such as arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/notes/50dc6c495c0c9188')
  if (partition === 'aws-us-gov') return `https://s3-${region}.amazonaws.com/aws-elb-public-keys-prod-${region}`
  return `https://public-keys.auth.elb.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`
}
