/**
 * The page behind a link that is opened in a browser. It has no script: the part of the link after “#” is the key,
 * and nothing on this page can read it.
 */

import { createHash } from 'node:crypto'

const STYLE = `:root{color-scheme:light dark;font:1.125rem/1.6 system-ui,sans-serif}
body{max-width:34rem;margin:15vh auto;padding:0 1.5rem}
code{font-size:.95em;overflow-wrap:anywhere}`

export const GET_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Files for you · Beeline</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Somebody is sending you files</h1>
<p>They come straight from the sender’s device, so open this link in Beeline: copy the whole address of this page,
with everything after the “#”, and run <code>npx beeline get 'LINK'</code> in a terminal, with the address in place
of LINK. The part after the “#” is the key to the files. It stays in your browser: this server never sees it.</p>
</main>
</body>
</html>
`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

export const GET_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
