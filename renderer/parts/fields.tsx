/** Fields of forms, each with a label, a hint and its own error. */

import type { ReactNode } from 'react'
import {
  Button as AriaButton,
  Checkbox as AriaCheckbox,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  NumberField as AriaNumberField,
  Popover,
  Select as AriaSelect,
  SelectValue,
  Switch as AriaSwitch,
  Text,
  TextField as AriaTextField,
  type NumberFieldProps as AriaNumberFieldProps,
  type TextFieldProps as AriaTextFieldProps,
} from 'react-aria-components'
import { Check, ChevronDown } from 'lucide-react'
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

interface NumberFieldProps
  extends Omit<AriaNumberFieldProps, 'className' | 'style' | 'children' | 'isInvalid'>, FieldWords {
  /** After the number, such as “MB/s”. */
  readonly unit?: string
  readonly placeholder?: string
}

export function NumberField({ label, hint, error, unit, placeholder, ...rest }: NumberFieldProps): ReactNode {
  return (
    <AriaNumberField {...rest} className="field" isInvalid={error !== undefined}>
      <Label className="field-label">{label}</Label>
      <div className="field-row">
        <Input
          className="input input-number tabular"
          {...(placeholder === undefined ? {} : { placeholder })}
        />
        {unit === undefined ? null : <span className="field-unit">{unit}</span>}
      </div>
      <FieldFoot hint={hint} error={error} />
    </AriaNumberField>
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

interface SelectProps<Value extends string> extends FieldWords {
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly label: string; readonly hint?: string }[]
  readonly onChange: (value: Value) => void
}

export function Select<Value extends string>(props: SelectProps<Value>): ReactNode {
  const { label, hint, error, value, options, onChange } = props
  return (
    <AriaSelect
      className="field"
      isInvalid={error !== undefined}
      selectedKey={value}
      onSelectionChange={(key) => {
        const chosen = options.find((option) => option.value === key)
        if (chosen !== undefined) onChange(chosen.value)
      }}
    >
      <Label className="field-label">{label}</Label>
      <AriaButton className="input select-button">
        <SelectValue className="truncate">
          {options.find((option) => option.value === value)?.label}
        </SelectValue>
        <ChevronDown aria-hidden="true" />
      </AriaButton>
      <FieldFoot hint={hint} error={error} />
      <Popover className="popover" offset={4}>
        <ListBox className="menu">
          {options.map((option) => (
            <ListBoxItem key={option.value} id={option.value} textValue={option.label} className="menu-item">
              {({ isSelected }) => (
                <>
                  <span className="menu-check">{isSelected ? <Check aria-hidden="true" /> : null}</span>
                  <span className="menu-words">
                    <span>{option.label}</span>
                    {option.hint === undefined ? null : <span className="field-hint">{option.hint}</span>}
                  </span>
                </>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  )
}
