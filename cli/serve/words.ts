/** What `beeline serve` says at its start. Pure. */

/** Behind the `#`, so that it is in no request, no log and no Referer; the page takes it off the address bar. */
export function tokenUrl(url: string, token: string): string {
  return `${url}#token=${token}`
}

export function servingLines(serving: {
  readonly urls: readonly string[]
  readonly needsPassword: boolean
  readonly isOpenToNetwork: boolean
}): string[] {
  const { urls, needsPassword, isOpenToNetwork } = serving
  const how = needsPassword ? 'with the password' : 'on this computer'
  return [
    `Beeline is running. Open it in a browser, ${how}:`,
    '',
    ...urls.map((url) => `  ${url}`),
    '',
    ...(needsPassword ? [] : ['The address lets one browser in, once. Enter prints a new one.']),
    ...(isOpenToNetwork
      ? [
          'This is plain HTTP: whoever is on the way can read the password and the page.',
          'An SSH tunnel, or a server with a certificate in front of it, is better.',
        ]
      : []),
    'Ctrl-C ends it.',
  ]
}
