/** Fields of forms, each with a label, a hint and its own error. */

import { useId, type ReactNode } from 'react'
import {
  Checkbox as AriaCheckbox,
  FieldError,
  Input,
  Label,
  Switch as AriaSwitch,
  Text,
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
} from 'react-aria-components'
import { Check } from 'lucide-react'
import { parseNumber, printNumber } from './typed-number.ts'
import { useDraft } from './use-draft.ts'
import './fields.css'

interface FieldWords {
  readonly label: string
  readonly hint?: ReactNode
  /** Shown instead of the hint. */
  readonly error?: string | undefined
}

interface TextFieldProps
  extends Omit<AriaTextFieldProps, 'className' | 'style' | 'children' | 'isInvalid'>, FieldWords {
  readonly placeholder?: string
  readonly isMono?: boolean
  /** Beside the input, as a button that fills it. */
  readonly action?: ReactNode
}

export function TextField({
  label,
  hint,
  error,
  placeholder,
  isMono,
  action,
  ...rest
}: TextFieldProps): ReactNode {
  return (
    <AriaTextField {...rest} className="field" isInvalid={error !== undefined}>
      <Label className="field-label">{label}</Label>
      <div className="field-row">
        <Input
          className={isMono === true ? 'input mono' : 'input'}
          spellCheck={isMono === true ? 'false' : undefined}
          {...(placeholder === undefined ? {} : { placeholder })}
        />
        {action}
      </div>
      <FieldFoot hint={hint} error={error} />
    </AriaTextField>
  )
}

interface NumberFieldProps extends FieldWords {
  /** NaN: empty. */
  readonly value: number
  readonly min: number
  readonly max?: number
  readonly placeholder?: string
  /** On leaving the field, or Enter: a number in range, or NaN for an empty field. What is no number is put back. */
  readonly onChange: (value: number) => void
}

export function NumberField(props: NumberFieldProps): ReactNode {
  const { label, hint, error, value, min, max = Number.MAX_SAFE_INTEGER, placeholder, onChange } = props
  const saved = printNumber(value)
  const draft = useDraft(saved)
  const commit = (): void => {
    if (!draft.isChanged) return
    const parsed = parseNumber(draft.value)
    if (parsed === undefined) draft.told(saved)
    else {
      const fitting = Number.isNaN(parsed) ? parsed : Math.min(max, Math.max(min, parsed))
      draft.told(printNumber(fitting))
      onChange(fitting)
    }
  }
  return (
    <AriaTextField
      className="field"
      isInvalid={error !== undefined}
      value={draft.value}
      onChange={draft.type}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit()
        else event.continuePropagation()
      }}
      inputMode="decimal"
    >
      <Label className="field-label">{label}</Label>
      <Input className="input input-number tabular" {...(placeholder === undefined ? {} : { placeholder })} />
      <FieldFoot hint={hint} error={error} />
    </AriaTextField>
  )
}

function FieldFoot({ hint, error }: Pick<FieldWords, 'hint' | 'error'>): ReactNode {
  if (error !== undefined) return <FieldError className="field-error">{error}</FieldError>
  if (hint === undefined) return null
  return (
    <Text slot="description" className="field-hint">
      {hint}
    </Text>
  )
}

interface SwitchProps {
  readonly label: string
  readonly hint?: string
  readonly isSelected: boolean
  readonly isDisabled?: boolean
  readonly onChange: (isSelected: boolean) => void
}

/** A setting that takes effect at once. */
export function Switch({ label, hint, ...rest }: SwitchProps): ReactNode {
  return (
    <AriaSwitch {...rest} className="switch">
      <span className="switch-words">
        <span className="switch-label">{label}</span>
        {hint === undefined ? null : <span className="field-hint">{hint}</span>}
      </span>
      <span className="switch-track" aria-hidden="true">
        <span className="switch-thumb" />
      </span>
    </AriaSwitch>
  )
}

interface CheckboxProps {
  readonly children: ReactNode
  /** Within a list the list knows: `slot="selection"` instead of the two. */
  readonly slot?: 'selection'
  readonly isSelected?: boolean
  readonly isIndeterminate?: boolean
  readonly isDisabled?: boolean
  readonly onChange?: (isSelected: boolean) => void
  readonly 'aria-label'?: string
}

export function Checkbox({ children, ...rest }: CheckboxProps): ReactNode {
  return (
    <AriaCheckbox {...rest} className="checkbox">
      {({ isIndeterminate }) => (
        <>
          <span className="checkbox-box" aria-hidden="true">
            {isIndeterminate ? <span className="checkbox-dash" /> : <Check />}
          </span>
          {children}
        </>
      )}
    </AriaCheckbox>
  )
}

interface SelectProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly label: string }[]
  readonly onChange: (value: Value) => void
}

/** The platform's own: it is complete by keyboard and screen reader, and a phone shows its own list. */
export function Select<Value extends string>(props: SelectProps<Value>): ReactNode {
  const { label, value, options, onChange } = props
  const id = useId()
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className="input select"
        value={value}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value)
          if (chosen !== undefined) onChange(chosen.value)
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  )
}
