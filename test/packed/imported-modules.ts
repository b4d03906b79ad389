/** The modules that a bundle asks for by name: static and dynamic imports, and calls of `require`. */

import { parseSync } from 'vite'

/** Of paths within the bundle nothing is said. */
export function importedModules(source: string): string[] {
  const found = new Set<string>()
  const { program } = parseSync('bundle.js', source)
  visit(program, (node) => {
    const name = literal(node['source']) ?? required(node)
    if (name !== undefined && !name.startsWith('.')) found.add(name)
  })
  return [...found].sort()
}

type SyntaxNode = Readonly<Record<string, unknown>>

function visit(value: unknown, look: (node: SyntaxNode) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, look)
  if (!isNode(value)) return
  look(value)
  for (const part of Object.values(value)) visit(part, look)
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value
}

/** A bundler may call it `__require` or `require2`. */
function required(node: SyntaxNode): string | undefined {
  const { type, callee, arguments: given } = node
  if (type !== 'CallExpression' || !isNode(callee) || !Array.isArray(given)) return undefined
  return /^_*require\d*$/.test(String(callee['name'])) ? literal(given[0]) : undefined
}

function literal(value: unknown): string | undefined {
  if (!isNode(value) || value['type'] !== 'Literal') return undefined
  return typeof value['value'] === 'string' ? value['value'] : undefined
}
