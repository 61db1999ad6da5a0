import type { ToolMetadata } from 'xmcp'

export const metadata: ToolMetadata = { name: 'purge', description: 'Is for writers.' }

export default function purge(): string {
  return 'gone'
}
