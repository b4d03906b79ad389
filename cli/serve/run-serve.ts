/** Runs `beeline serve`: the engine without a window, and its page for any browser. */

import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isLoopback, reachableHosts } from '#engine/app/addresses.ts'
import type { App } from '#engine/app/app.ts'
import { bracketed, isAnyHost } from '#engine/app/embedded-coordinator.ts'
import { openSecretsFile } from '#engine/app/file-secrets.ts'
import { errnoOf } from '#engine/store/disk-error.ts'
import { VERSION } from '#engine/version.ts'
import { AppError } from '#shared/errors.ts'
import { usageError, type Arguments } from '../arguments.ts'
import type { Context } from '../command.ts'
import { parseListen, readDataDir } from '../common-options.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { createOutput } from '../output/create-output.ts'
import type { Output } from '../output/output.ts'
import { logFor } from '../session.ts'
import { waitAtMost, whenAborted } from '#engine/app/waiting.ts'
import { readUserFolders } from '#engine/app/user-folders.ts'
import { onEnter } from './enter-key.ts'
import { openBrowser } from './open-browser.ts'
import { readPageFiles } from './page-files.ts'
import { PAGE_CAPABILITIES } from './page-capabilities.ts'
import { startPageServer, type PageServer, type PageServerOptions } from './page-server.ts'
import { readPassword } from './password.ts'
import { Sessions } from './sessions.ts'
import { Uploads } from './uploads.ts'
import { servingLines, tokenUrl } from './words.ts'

/** Beside the coordinator's; registered for nothing that people run at home. */
const DEFAULT_PORT = 8788
/** The process ends then in any case; what has arrived is on disk. */
const CLOSE_LIMIT_MS = 8000

/** Throws AppError. */
export async function runServe(args: Arguments, context: Context): Promise<number> {
  if (args.operands.length > 0) throw usageError('serve takes no operands')
  const output = createOutput(context, args.has('json'))
  const where = readWhere(args)
  const origins = args.list('origin').map(readOrigin)
  const password = await readPassword(args, context)
  const isOpenToNetwork = !isLoopback(where.host)
  if (isOpenToNetwork && password === undefined) throw new AppError('serve.no-password')
  const files = await readPageFiles(pageFolderOf(context))
  const uploads = new Uploads(path.join(readDataDir(context), 'uploads'))
  const sessions = new Sessions({ password, now: () => performance.now() })
  const log = logFor(args, output)

  const app = await openApp(context, log)
  let server: PageServer | undefined
  try {
    await uploads.clean(app.sharedPaths())
    server = await listenSomewhere(where, {
      gate: { isOpenToNetwork, hostNames: namesOf(context.hostName, where.host), origins },
      sessions,
      files,
      uploads,
      implementation: app.implementation,
      contract: {
        ...(log === undefined ? {} : { log }),
        onInternal: (thrown, name) => {
          if (args.has('verbose')) output.log(`${name}: ${describe(thrown)}`)
        },
      },
    })
    const hosts = isAnyHost(where.host) ? reachableHosts() : [bracketed(where.host)]
    const urls = origins.length > 0 ? origins : hosts.map((host) => `http://${host}:${server?.port}/`)
    const address = say(context, output, args, { urls, sessions, password, isOpenToNetwork })
    if (args.has('open')) openBrowser(address, context.platform)
    const sayAgain = (): void => {
      const url = tokenUrl(urls[0] ?? '', sessions.newToken())
      if (args.has('json')) output.listening([url])
      else context.stdout.write(`\n  ${url}\n`)
    }
    const stopListening = password === undefined ? onEnter(context.stdin, () => sayAgain()) : undefined
    await whenAborted(context.interruption)
    stopListening?.()
  } finally {
    await waitAtMost(CLOSE_LIMIT_MS, Promise.allSettled([server?.close(), app.close()]))
  }
  return EXIT_CODES.interrupted
}

async function openApp(context: Context, log: ReturnType<typeof logFor>): Promise<App> {
  const dataDir = readDataDir(context)
  const { downloads } = await readUserFolders(context.homeDir, context.platform)
  const bindAddress = context.environment['BEELINE_BIND']
  const isBound = bindAddress !== undefined && bindAddress !== ''
  return context.services.openApp({
    dataDir,
    defaults: {
      deviceName: context.hostName.toWellFormed(),
      downloadFolder: existsSync(downloads) ? downloads : context.homeDir,
    },
    version: VERSION,
    platform: context.platform,
    shell: { capabilities: PAGE_CAPABILITIES, secrets: openSecretsFile(dataDir) },
    startCoordinator: context.services.startCoordinator,
    ...(isBound ? { bindAddress, listen: { host: bindAddress, port: undefined } } : {}),
    ...(log === undefined ? {} : { log }),
  })
}

interface Where {
  readonly host: string
  /** Undefined: the usual one, or any. */
  readonly port: number | undefined
}

/** Throws AppError `usage`. */
function readWhere(args: Arguments): Where {
  const port = args.text('port')
  const listen = args.text('listen')
  if (port !== undefined && (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)) {
    throw usageError('--port is a number up to 65535')
  }
  const wanted = port === undefined ? undefined : Number(port)
  if (listen === undefined) return { host: '127.0.0.1', port: wanted }
  const { host, port: listenPort } = parseListen(listen)
  if (wanted !== undefined && listenPort !== undefined) throw usageError('the port is given twice')
  return { host, port: listenPort ?? wanted }
}

/** Throws AppError `usage`. */
function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/') {
    throw usageError('--origin is an address like https://files.example.org')
  }
  return `${url.origin}/`
}

/** Throws AppError `serve.port-taken`; what a person chose stays chosen. */
async function listenSomewhere(
  where: Where,
  options: Omit<PageServerOptions, 'host' | 'port'>,
): Promise<PageServer> {
  const ports = where.port === undefined ? [DEFAULT_PORT, 0] : [where.port]
  let failure: unknown
  for (const port of ports) {
    // On a system without IPv6 “all addresses” means those of IPv4.
    for (const host of where.host === '::' ? ['::', '0.0.0.0'] : [where.host]) {
      try {
        return await startPageServer({ ...options, host, port })
      } catch (cause) {
        failure = new AppError('serve.port-taken', { detail: `${host}:${port} ${errnoOf(cause)}`, cause })
        if (errnoOf(cause) === 'EADDRINUSE') break
      }
    }
  }
  throw failure
}

/** @returns the address to open */
function say(
  context: Context,
  output: Output,
  args: Arguments,
  serving: {
    readonly urls: readonly string[]
    readonly sessions: Sessions
    readonly password: string | undefined
    readonly isOpenToNetwork: boolean
  },
): string {
  const { urls, sessions, password, isOpenToNetwork } = serving
  const [first = '', ...others] = urls
  const address = password === undefined ? tokenUrl(first, sessions.newToken()) : first
  const shown = password === undefined ? [address] : [first, ...others]
  if (args.has('json')) output.listening(shown)
  else {
    const lines = servingLines({ urls: shown, needsPassword: password !== undefined, isOpenToNetwork })
    context.stdout.write(lines.map((line) => `${line}\n`).join(''))
  }
  return address
}

/** Where the page's build lies. BEELINE_PAGE is for tests. */
function pageFolderOf(context: Context): string {
  const other = context.environment['BEELINE_PAGE']
  if (other !== undefined && other !== '') return path.resolve(context.workingDir, other)
  return fileURLToPath(new URL('../../out/renderer', import.meta.url))
}

function namesOf(hostName: string, listenHost: string): string[] {
  return [hostName, `${hostName}.local`, listenHost]
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}
