import { Anchor, Card, Group, Table, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { EditTarget } from '../../api/edit.js';
import { readDepartment } from '../../api/targets.js';
import type { DepartmentDetail } from '../../api/types.js';
import { CustomFields } from '../../ui/edit/custom-fields.js';
import { EditButton } from '../../ui/edit/edit-button.js';
import { FieldRow } from '../../ui/edit/field-row.js';
import { editCustomFields } from '../../ui/edit/list-custom-fields.js';
import { useSupply } from '../../ui/edit/use-supply.js';
import { LinkList } from '../../ui/link-list.js';
import { ownFields, parentField } from './own-fields.js';

/** A department's fields, with the source that supplies each, and the sources that link it. */
export function DepartmentFields({ department }: { readonly department: DepartmentDetail }) {
  const { t } = useTranslation();
  const { title, parentId, attributes, suppliedBy } = department;
  const target: EditTarget = { kind: 'department', id: department.id };
  const supply = useSupply(target, suppliedBy);
  const fields = ownFields(department, t);
  return (
    <>
      <Card>
        <Group justify="space-between" align="flex-start" mb="sm" gap="sm">
          <Title order={2} className="break">
            {title}
          </Title>
          <EditButton
            target={target}
            name={title}
            fields={[...fields, parentField(department, t), ...editCustomFields(attributes, suppliedBy)]}
            suppliers={suppliedBy}
          />
        </Group>
        <Table layout="fixed" aria-label={t('person.fields')}>
          <Table.Tbody>
            {fields.map(({ name, label, value }) => (
              <FieldRow key={name} label={label} name={name} supply={supply}>
                {value === '' ? null : value}
              </FieldRow>
            ))}
            <FieldRow label={t('departments.parent')} name="parentId" supply={supply}>
              {parentId === null ? null : <ParentLink id={parentId} />}
            </FieldRow>
          </Table.Tbody>
        </Table>
      </Card>
      <Card>
        <Title order={2} mb="sm">
          {t('links.title')}
        </Title>
        <LinkList links={department.links} />
      </Card>
      <CustomFields attributes={attributes} supply={supply} />
    </>
  );
}

function ParentLink({ id }: { readonly id: string }) {
  const { data: parent } = useQuery({ queryKey: ['department', id], queryFn: () => readDepartment(id) });
  return (
    <Anchor component={Link} href={`/departments/${id}`} size="sm">
      {parent?.title ?? id}
    </Anchor>
  );
}
