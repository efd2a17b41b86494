import { Badge, Button, Collapse, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronRight, IconCode } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { ChangeView } from '../../api/types.js';
import { useKindName } from '../../ui/kind-name.js';
import { changeName } from './change-name.js';
import { FieldDiff } from './field-diff.js';
import { FieldProblems, FieldProblemsInShort } from './field-problems.js';
import { RecordModal } from './record-modal.js';
import { useWhy } from './why.js';

const COLOURS: Readonly<Record<ChangeView['action'], string>> = {
  create: 'teal',
  link: 'cyan',
  update: 'blue',
  remove: 'red',
  restore: 'violet',
  skip: 'yellow',
  keep: 'gray',
};

/** One line of a plan; its fields and its record on demand. */
export function ChangeRow(props: {
  readonly taskId: string;
  readonly change: ChangeView;
  readonly names: Readonly<Record<string, string>>;
}) {
  const { taskId, change, names } = props;
  const { t } = useTranslation();
  const kindName = useKindName();
  const [opened, { toggle }] = useDisclosure();
  const [record, { open, close }] = useDisclosure();
  const why = useWhy(change.code);
  return (
    <li className="change-row">
      <UnstyledButton onClick={toggle} aria-expanded={opened} w="100%" px="md" py="xs">
        <Group gap="sm" wrap="nowrap" align="center">
          <IconChevronRight size={15} aria-hidden style={{ rotate: opened ? '90deg' : '0deg', flexShrink: 0 }} />
          <Group gap={8} wrap="wrap" style={{ flex: 1, minWidth: 0 }}>
            <Badge size="sm" variant="light" color={COLOURS[change.action]} className="status-badge">
              {t(`action.${change.action}`)}
            </Badge>
            <Text size="sm" fw={600} className="break" component="span">
              {changeName(change, names)}
            </Text>
            <Text size="xs" c="dimmed" component="span">
              {kindName(change.kind)}
            </Text>
            {change.code !== null && (
              <Text size="xs" c="dimmed" component="span" className="break">
                {why?.text ?? change.code}
              </Text>
            )}
            <FieldProblemsInShort problems={change.problems} />
          </Group>
          <Outcome change={change} />
        </Group>
      </UnstyledButton>
      <Collapse expanded={opened}>
        {opened && (
          <Stack gap="xs" px="md" pb="md" pl={44}>
            {change.message !== null && (
              <Text size="sm" className="break">
                {change.message}
              </Text>
            )}
            {why && (
              <Text size="sm" fw={600}>
                {why.todo}
              </Text>
            )}
            <FieldProblems problems={change.problems} />
            {change.partlyHidden && (
              <Text size="sm" c="dimmed">
                {t('changes.partlyHidden')}
              </Text>
            )}
            <FieldDiff before={change.before} after={change.after} names={names} />
            <Group gap="xs">
              {change.externalId !== null && (
                <Button
                  size="compact-xs"
                  variant="default"
                  leftSection={<IconCode size={14} aria-hidden />}
                  onClick={open}
                >
                  {t('changes.record')}
                </Button>
              )}
              <TargetLink change={change} />
            </Group>
          </Stack>
        )}
      </Collapse>
      {record && <RecordModal taskId={taskId} change={change} onClose={close} />}
    </li>
  );
}

function Outcome({ change }: { readonly change: ChangeView }) {
  const { t } = useTranslation();
  return (
    <Text size="xs" c={change.outcome === 'failed' ? 'red' : 'dimmed'} component="span" style={{ flexShrink: 0 }}>
      {t(`outcome.${change.outcome}`)}
    </Text>
  );
}

function TargetLink({ change }: { readonly change: ChangeView }) {
  const { t } = useTranslation();
  if (change.targetId === null || change.outcome === 'planned') return null;
  const href = change.kind === 'department' ? `/departments/${change.targetId}` : `/people/${change.targetId}`;
  if (change.kind !== 'department' && change.kind !== 'user') return null;
  return (
    <Button size="compact-xs" variant="subtle" component={Link} href={href}>
      {t('changes.open')}
    </Button>
  );
}
