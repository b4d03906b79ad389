/** The page's start. */

import { createRoot } from 'react-dom/client'
import { Root } from './root.tsx'
import './style/tokens.css'
import './style/base.css'

const place = document.getElementById('root')
if (place === null) throw new Error('the page has no root')
createRoot(place).render(<Root />)
