/** Which transfers are listed: a group, and a search once there are many. */

import type { ReactNode } from 'react'
import { Search } from 'lucide-react'
import { useFormat, useText } from '../../text/text-context.tsx'
import { FILTERS, type Filter } from './list-filter.ts'
import './filter-bar.css'

interface FilterBarProps {
  readonly filter: Filter
  readonly counts: Readonly<Record<Filter, number>>
  readonly onFilter: (filter: Filter) => void
  readonly words: string
  readonly hasSearch: boolean
  readonly onWords: (words: string) => void
}

export function FilterBar(props: FilterBarProps): ReactNode {
  const { filter, counts, onFilter, words, hasSearch, onWords } = props
  const text = useText()
  const format = useFormat()
  return (
    <div className="filter-bar">
      <fieldset className="filter-group" aria-label={text.transfers.filter.label}>
        {FILTERS.map((each) => (
          <label key={each} className="filter-item">
            <input
              type="radio"
              className="hidden-visually"
              name="transfer-filter"
              checked={each === filter}
              onChange={() => onFilter(each)}
            />
            <span>{text.transfers.filter[each]}</span>
            <span className="filter-count tabular">{format.count(counts[each])}</span>
          </label>
        ))}
      </fieldset>
      {hasSearch ? (
        <div className="filter-search">
          <Search aria-hidden="true" />
          <input
            type="search"
            className="input"
            aria-label={text.transfers.search}
            placeholder={text.transfers.search}
            value={words}
            onChange={(event) => onWords(event.target.value)}
          />
        </div>
      ) : null}
    </div>
  )
}
