import { Alert, Button, Card, Group, SimpleGrid, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconPlugConnected } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type FieldMistake, toProblem } from '../../api/problem.js';
import { type CheckResult, checkOptions, type SourceType } from '../../api/sources.js';
import { nextStep } from '../../ui/next-step.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { MAX_UNITS } from '../../ui/max-units.js';
import { type GeneralValues, RuleFields } from './rule-fields.js';

// The forms' library is big and needed here only.
const SchemaForm = lazy(async () => ({ default: (await import('./schema-form.js')).SchemaForm }));

/** What a form hands over. */
export interface SourceDraft {
  readonly name: string;
  readonly general: GeneralValues;
  readonly config: Record<string, unknown>;
}

const FORM_ID = 'source-options';

/** The form of a source: what all have, and its type's options with Check connection. */
export function SourceForm(props: {
  readonly type: SourceType;
  readonly initial: SourceDraft;
  /** The source that is there already; its masked secrets stay. */
  readonly existing?: string;
  readonly onSave: (draft: SourceDraft) => Promise<unknown>;
  readonly aside?: ReactNode;
}) {
  const { type, initial, existing, onSave, aside } = props;
  const { t } = useTranslation();
  const [name, setName] = useState(initial.name);
  const [general, setGeneral] = useState(initial.general);
  const change = (body: Partial<GeneralValues>) => setGeneral((before) => ({ ...before, ...body }));
  const [config, setConfig] = useState<unknown>(initial.config);
  const save = useMutation({
    mutationFn: (sent: unknown) => onSave({ name, general, config: sent as SourceDraft['config'] }),
  });
  const check = useMutation({ mutationFn: () => checkOptions(type.type, config, existing) });
  const problems = [check.error, save.error].filter((error) => error !== null);
  return (
    <Stack gap="md">
      <Card>
        <Title order={2} mb="md">
          {t('form.general')}
        </Title>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          {existing === undefined && (
            <TextInput
              label={t('form.name')}
              description={t('form.nameText')}
              required
              pattern="[a-z0-9][a-z0-9\-]{0,62}"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              data-autofocus
            />
          )}
          <TextInput
            label={t('form.title')}
            description={t('form.titleText')}
            maxLength={MAX_UNITS}
            value={general.title}
            onChange={(event) => change({ title: event.currentTarget.value })}
          />
        </SimpleGrid>
      </Card>
      <Card className="schema-form">
        <Title order={2} mb="md">
          {t('form.options', { type: type.title })}
        </Title>
        <NoOptions type={type} />
        <Suspense fallback={<Skeleton h={300} />}>
          <SchemaForm
            id={FORM_ID}
            schema={type.configSchema}
            value={config}
            onChange={setConfig}
            onSubmit={(sent) => save.mutate(sent)}
            mistakes={mistakesIn(problems, t('secret.required'))}
          />
        </Suspense>
        <Group mt="md">
          <Button
            variant="light"
            leftSection={<IconPlugConnected size={17} aria-hidden />}
            loading={check.isPending}
            onClick={() => check.mutate()}
          >
            {t('form.check')}
          </Button>
        </Group>
        <CheckSaid result={check.data ?? null} />
      </Card>
      <Card>
        <Title order={2} mb="md">
          {t('form.rules')}
        </Title>
        <RuleFields values={general} onChange={change} />
      </Card>
      {problems.map((error) => (
        <ProblemAlert key={String(error)} error={error} />
      ))}
      <Group justify="space-between">
        <Button type="submit" form={FORM_ID} loading={save.isPending}>
          {t(existing === undefined ? 'form.create' : 'form.save')}
        </Button>
        {aside}
      </Group>
    </Stack>
  );
}

/** What the API found wrong with options; a secret that has to be entered again says so in the reader's language. */
function mistakesIn(problems: readonly Error[], secretRequired: string): readonly FieldMistake[] {
  const mistakes = problems.map(toProblem).flatMap(({ code, errors }) => {
    return code === 'secret_required' ? errors.map(({ path }) => ({ path, message: secretRequired })) : errors;
  });
  return mistakes.filter(({ path }) => path.startsWith('config'));
}

function NoOptions({ type }: { readonly type: SourceType }) {
  const { t } = useTranslation();
  if (Object.keys((type.configSchema['properties'] as object | undefined) ?? {}).length > 0) return null;
  return (
    <Text size="sm" c="dimmed">
      {t('form.noOptions')}
    </Text>
  );
}

/** What the check found, and the hint. */
function CheckSaid({ result }: { readonly result: CheckResult | null }) {
  return <div role="status">{result && <Verdict result={result} />}</div>;
}

function Verdict({ result }: { readonly result: CheckResult }) {
  const { t } = useTranslation();
  if (result.ok) {
    return (
      <Alert mt="md" color="teal" icon={<IconCircleCheck size={18} aria-hidden />} title={t('form.works')}>
        {result.hint ?? t('form.worksText')}
      </Alert>
    );
  }
  return (
    <Alert mt="md" color="red" icon={<IconAlertTriangle size={18} aria-hidden />} title={t('form.worksNot')}>
      <Text size="sm" className="break">
        {result.hint} ({result.code})
      </Text>
      <Text size="sm" fw={600} mt={4}>
        {nextStep(t, result.code ?? null)}
      </Text>
    </Alert>
  );
}
