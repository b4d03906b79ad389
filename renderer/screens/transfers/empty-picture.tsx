/** Two cells of a honeycomb and the straight line that a bee flies between them. */

import type { ReactNode } from 'react'
import './empty-picture.css'

export function EmptyPicture(): ReactNode {
  return (
    <svg className="empty-picture" viewBox="0 0 320 132" aria-hidden="true">
      <g className="empty-comb">
        <path d="M72 10 102.3 27.5V62.5L72 80 41.7 62.5V27.5Z" />
        <path d="M28 88 45.3 98V118L28 128 10.7 118V98Z" />
        <path d="M248 52 278.3 69.5V104.5L248 122 217.7 104.5V69.5Z" />
        <path d="M294 8 311.3 18V38L294 48 276.7 38V18Z" />
      </g>
      <path className="empty-flight" d="M104 57.6 200 82" />
      <g className="empty-cells">
        <path d="M72 21 92.8 33V57L72 69 51.2 57V33Z" />
        <path className="empty-cell-open" d="M248 63 268.8 75V99L248 111 227.2 99V75Z" />
      </g>
      <g className="empty-bee" transform="translate(160 72) rotate(14)">
        <path className="empty-wing" d="M-2-6C-12-24 4-30 8-20 10-15 6-9 3-6Z" />
        <path className="empty-wing" d="M-2 6C-12 24 4 30 8 20 10 15 6 9 3 6Z" />
        <path
          className="empty-body"
          d="M20 0C20-7 14-10.5 6-10.5-4-10.5-14-5-19-1.5-20-.7-20 .7-19 1.5-14 5-4 10.5 6 10.5 14 10.5 20 7 20 0Z"
        />
        <path className="empty-stripe" d="M5-10.5V10.5M-4.5-8.6V8.6" />
      </g>
      <path className="empty-page" d="M64 36h10l6 6v12H64z" />
    </svg>
  )
}
