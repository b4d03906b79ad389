/** Which language and region the window speaks. Pure. */

import type { Language } from '#shared/api/settings-views.ts'

/** The region follows the system where its language is the chosen one: dates of en-GB stay British. */
export function localeFor(
  language: Language,
  system: readonly string[],
): { language: 'en' | 'ko'; locale: string } {
  const wanted =
    language === 'system' ? (/^ko\b/i.test(system[0] ?? '') ? ('ko' as const) : ('en' as const)) : language
  const locale =
    system.find((tag) => tag.toLowerCase().startsWith(wanted)) ?? (wanted === 'ko' ? 'ko-KR' : 'en-US')
  return { language: wanted, locale }
}
