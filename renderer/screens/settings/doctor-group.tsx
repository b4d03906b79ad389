/** Leads to the look at this device’s network. */

import { useState, type ReactNode } from 'react'
import { Stethoscope } from 'lucide-react'
import { Button } from '../../parts/button.tsx'
import { useText } from '../../text/text-context.tsx'
import { DoctorDialog } from '../doctor/doctor-dialog.tsx'

export function DoctorGroup(): ReactNode {
  const words = useText().doctor
  const [isOpen, setIsOpen] = useState(false)
  return (
    <section className="settings-group">
      <div className="doctor-card">
        <p>{words.words}</p>
        <Button icon={<Stethoscope aria-hidden="true" />} onPress={() => setIsOpen(true)}>
          {words.open}
        </Button>
      </div>
      {isOpen ? <DoctorDialog onClose={() => setIsOpen(false)} /> : null}
    </section>
  )
}
