import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

/** A screen's title, where it belongs, and what can be done on it. */
export function PageHeader(props: {
  readonly title: string;
  readonly text?: ReactNode;
  readonly trail?: readonly { readonly href: string; readonly label: string }[];
  readonly badge?: ReactNode;
  readonly children?: ReactNode;
}) {
  const { title, text, trail = [], badge, children } = props;
  useDocumentTitle(`${title} · Rollcall`);
  return (
    <Stack gap={4} mb="lg">
      {trail.length > 0 && (
        <Breadcrumbs separatorMargin={6}>
          {trail.map(({ href, label }) => (
            <Anchor key={href} component={Link} href={href} size="sm">
              {label}
            </Anchor>
          ))}
        </Breadcrumbs>
      )}
      <Group justify="space-between" align="center" gap="sm">
        <Group gap="sm">
          <Title order={1} className="break">
            {title}
          </Title>
          {badge}
        </Group>
        <Group gap="xs">{children}</Group>
      </Group>
      {text !== undefined && (
        <Text c="dimmed" size="sm" component="div">
          {text}
        </Text>
      )}
    </Stack>
  );
}
