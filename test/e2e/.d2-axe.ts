import { chromium } from '@playwright/test'
import { AxeBuilder } from '@axe-core/playwright'
import { DETAILS_LOOKS } from './mock/details-looks.ts'
import { startMockPage } from './mock/mock-page.ts'
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
for (const look of DETAILS_LOOKS)
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1180, 420]) {
      const engine = look.engine()
      const mock = await startMockPage('/tmp/looks/D2/page', engine.implementation)
      const context = await browser.newContext({
        viewport: { width, height: 760 },
        colorScheme,
        locale: 'en-GB',
        reducedMotion: 'reduce',
      })
      const tab = await context.newPage()
      tab.on('console', (m) => {
        if (m.type() === 'error') console.log(look.name, m.text())
      })
      await tab.goto(mock.url)
      await tab.waitForTimeout(200)
      await look.prepare?.(tab, { engine, mock })
      await tab.waitForTimeout(300)
      const result = await new AxeBuilder({ page: tab }).analyze()
      for (const v of result.violations)
        console.log(
          look.name,
          colorScheme,
          width,
          v.id,
          v.nodes.length,
          v.nodes[0].html.slice(0, 140),
          v.nodes[0].failureSummary?.slice(0, 200),
        )
      await context.close()
    }
console.log('axe done')
// keyboard
{
  const look = DETAILS_LOOKS.find((l) => l.name === 'details-files')!
  const engine = look.engine()
  const mock = await startMockPage('/tmp/looks/D2/page', engine.implementation)
  const tab = await browser.newPage({ viewport: { width: 1180, height: 760 } })
  await tab.goto(mock.url)
  await look.prepare?.(tab, { engine, mock })
  await tab.waitForTimeout(300)
  const tree = tab.getByRole('tree')
  await tree.focus()
  const active = () =>
    tab.evaluate(() => {
      const t = document.querySelector('[role=tree]')!
      const e = document.getElementById(t.getAttribute('aria-activedescendant')!)!
      return [
        e.getAttribute('aria-label'),
        e.getAttribute('aria-checked'),
        e.getAttribute('aria-expanded'),
        e.getAttribute('aria-level'),
        e.getAttribute('aria-posinset') + '/' + e.getAttribute('aria-setsize'),
      ].join(' | ')
    })
  for (const key of [
    'ArrowDown',
    'ArrowDown',
    ' ',
    'ArrowRight',
    'ArrowRight',
    ' ',
    'ArrowLeft',
    'ArrowLeft',
    'ArrowLeft',
    'End',
    'Home',
    'D',
    'S',
    'C',
  ]) {
    await tab.keyboard.press(key === ' ' ? 'Space' : key)
    await tab.waitForTimeout(150)
    console.log(key, '→', await active())
  }
  await tab.getByRole('button', { name: 'Apply' }).click()
  await tab.waitForTimeout(300)
  console.log(
    JSON.stringify(engine.called.filter((c) => c.name === 'transfer.select')),
    await tab.getByRole('button', { name: 'Apply' }).count(),
  )
}
await browser.close()
process.exit(0)
