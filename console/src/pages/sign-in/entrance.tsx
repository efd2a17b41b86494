import { Card, Center, Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { ColourSwitch, LanguageMenu } from '../../app/user-menu.js';
import { Logo } from '../../ui/logo.js';

interface EntranceProps {
  readonly title: string;
  readonly text: string;
  readonly children: ReactNode;
  /** Below the card. */
  readonly foot: ReactNode;
}

/** The frame of what stands before the console. */
export function Entrance({ title, text, children, foot }: EntranceProps) {
  useDocumentTitle(`${title} · Rollcall`);
  return (
    <Center mih="100vh" p="md" component="main">
      <Stack w="100%" maw={400} gap="md">
        <Group justify="space-between">
          <Group gap="xs">
            <Logo size={32} />
            <Text fw={700} fz={22} component="span">
              Rollcall
            </Text>
          </Group>
          <Group gap={4}>
            <ColourSwitch />
            <LanguageMenu />
          </Group>
        </Group>
        <Card padding="xl" shadow="sm">
          <Title order={1} mb="xs">
            {title}
          </Title>
          <Text c="dimmed" size="sm" mb="lg">
            {text}
          </Text>
          {children}
        </Card>
        {foot}
      </Stack>
    </Center>
  );
}
