import { Checkbox } from '@mantine/core';
import { ariaDescribedByIds, descriptionId, type WidgetProps } from '@rjsf/utils';

/** Yes or no, with its hint below the name, as small as those of the other fields. */
export function CheckboxWidget(props: WidgetProps) {
  const { id, label, disabled, readonly, onChange, onBlur, onFocus, options, schema, rawErrors } = props;
  const isChecked = props.value === true;
  const hint = options.description ?? schema.description;
  const wrong = rawErrors?.join('\n') ?? '';
  return (
    <Checkbox
      id={id}
      label={label}
      description={hint === undefined ? null : <span id={descriptionId(id)}>{hint}</span>}
      checked={isChecked}
      disabled={disabled === true || readonly === true}
      onChange={(event) => onChange(event.currentTarget.checked)}
      onBlur={() => onBlur(id, isChecked)}
      onFocus={() => onFocus(id, isChecked)}
      error={wrong === '' ? null : wrong}
      aria-describedby={ariaDescribedByIds(id)}
      mb="sm"
    />
  );
}
