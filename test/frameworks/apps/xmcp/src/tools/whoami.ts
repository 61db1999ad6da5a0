import { requireAuth } from 'bearer-auth-providers'
import type { ToolExtraArguments, ToolMetadata } from 'xmcp'

export const metadata: ToolMetadata = { name: 'whoami', description: 'Says who calls.' }

export default function whoami(_args: object, { authInfo }: ToolExtraArguments): string {
  return `${requireAuth().subject} by ${authInfo?.extra?.provider}`
}
