/** Which transfers are listed: a group, and a search once there are many. */

import type { ReactNode } from 'react'
import { Search } from 'lucide-react'
import { Input, Radio, RadioGroup, SearchField } from 'react-aria-components'
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
      <RadioGroup
        className="filter-group"
        aria-label={text.transfers.filter.label}
        orientation="horizontal"
        value={filter}
        onChange={(value) => onFilter(FILTERS.find((known) => known === value) ?? 'all')}
      >
        {FILTERS.map((each) => (
          <Radio key={each} value={each} className="filter-item">
            <span>{text.transfers.filter[each]}</span>
            <span className="filter-count tabular">{format.count(counts[each])}</span>
          </Radio>
        ))}
      </RadioGroup>
      {hasSearch ? (
        <SearchField
          className="filter-search"
          aria-label={text.transfers.search}
          value={words}
          onChange={onWords}
        >
          <Search aria-hidden="true" />
          <Input className="input" placeholder={text.transfers.search} />
        </SearchField>
      ) : null}
    </div>
  )
}
