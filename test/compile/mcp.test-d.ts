/** Holds that the gates of both SDKs of MCP take the verifier of `./mcp`, and that its `AuthInfo` is theirs. */
import { requireBearerAuth as requireBearerAuth2 } from '@modelcontextprotocol/express'
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { requireBearerAuth as requireBearerAuth1 } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import express from 'express'
import { authInfo, challengeResult, tokenVerifier } from '../../src/adapters/mcp.js'
import { audience, holds, provider } from './given.js'
import type { AuthInfo as AuthInfo1 } from '@modelcontextprotocol/sdk/server/auth/types.js'
import type { CallToolResult as CallToolResult1 } from '@modelcontextprotocol/sdk/types.js'
import type { AuthInfo as AuthInfo2, CallToolResult as CallToolResult2 } from '@modelcontextprotocol/server'
import type { AuthInfo } from '../../src/adapters/mcp.js'
import type { Equal } from './given.js'

express().use(requireBearerAuth1({ verifier: tokenVerifier(provider, { InvalidTokenError }), expectedResource: new URL(audience) }))
express().use(requireBearerAuth2({ verifier: tokenVerifier(provider, { resource: audience }), requiredScopes: ['notes:read'] }))
authInfo() satisfies AuthInfo1 | undefined
authInfo() satisfies AuthInfo2 | undefined
holds<Equal<ReturnType<typeof authInfo>, AuthInfo | undefined>>()
challengeResult(new Error('thrown')) satisfies CallToolResult1
challengeResult(new Error('thrown')) satisfies CallToolResult2

// @ts-expect-error TS2353 the options of a gate are not those of a verifier
tokenVerifier(provider, { requiredScopes: ['notes:read'] })
