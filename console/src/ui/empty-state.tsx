import { Card, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconSeedling } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** What stands where there is nothing yet: says so, and what to do about it. */
export function EmptyState(props: {
  readonly title: string;
  readonly text: string;
  readonly icon?: typeof IconSeedling;
  readonly children?: ReactNode;
}) {
  const { title, text, icon: Icon = IconSeedling, children } = props;
  return (
    <Card py="xl">
      <Stack align="center" gap="sm" maw={620} mx="auto" w="100%">
        <ThemeIcon size={48} radius="xl" variant="light">
          <Icon size={26} stroke={1.6} aria-hidden />
        </ThemeIcon>
        <Title order={2} ta="center">
          {title}
        </Title>
        <Text c="dimmed" ta="center">
          {text}
        </Text>
        {children}
      </Stack>
    </Card>
  );
}
