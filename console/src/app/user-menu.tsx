import { ActionIcon, Button, Group, Menu, Text, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import {
  IconCheck,
  IconDevices,
  IconKey,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconShieldLock,
  IconSun,
  IconUser,
} from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { signOut } from '../api/session.js';
import { chooseLanguage, currentLanguage, type Language, LANGUAGES } from '../i18n/i18n.js';
import { showProblem } from '../ui/show-problem.js';
import { forgetSession } from './forget-session.js';
import { useSession } from './session-context.js';

/** Few people ever open it. */
const ChangePassword = lazy(async () => ({ default: (await import('./change-password.js')).ChangePassword }));
const SecondFactor = lazy(async () => ({
  default: (await import('./second-factor/second-factor.js')).SecondFactor,
}));
const OwnSessions = lazy(async () => ({ default: (await import('./own-sessions.js')).OwnSessions }));

/** Colours, language, and who is signed in. */
export function UserMenu() {
  return (
    <Group gap={4} wrap="nowrap">
      <ColourSwitch />
      <LanguageMenu />
      <AccountMenu />
    </Group>
  );
}

/** Light or dark; until it is pressed, what the system says. */
export function ColourSwitch() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={t(isDark ? 'shell.light' : 'shell.dark')}
      onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
    >
      {isDark ? <IconSun size={19} /> : <IconMoon size={19} />}
    </ActionIcon>
  );
}

/** The languages, each in its own words. */
export function LanguageMenu() {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('shell.language')}>
          <IconLanguage size={19} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {Object.entries(LANGUAGES).map(([language, name]) => (
          <Menu.Item
            key={language}
            lang={language}
            onClick={() => void chooseLanguage(language as Language)}
            rightSection={currentLanguage() === language ? <IconCheck size={14} aria-hidden /> : null}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function AccountMenu() {
  const { t } = useTranslation();
  const { user } = useSession();
  const client = useQueryClient();
  const [open, setOpen] = useState<'password' | 'secondFactor' | 'sessions' | null>(null);
  const close = () => setOpen(null);
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: () => forgetSession(client),
    onError: showProblem,
  });
  return (
    <>
      <Suspense>
        {open === 'password' && <ChangePassword onClose={close} />}
        {open === 'secondFactor' && <SecondFactor onClose={close} />}
        {open === 'sessions' && <OwnSessions onClose={close} />}
      </Suspense>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button
            variant="subtle"
            color="gray"
            px="xs"
            leftSection={<IconUser size={18} aria-hidden />}
            aria-label={t('shell.account', { name: user.username })}
          >
            <Text size="sm" component="span" truncate maw={{ base: 70, sm: 180 }}>
              {user.username}
            </Text>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t(`role.${user.role}`)}</Menu.Label>
          {user.via === 'password' && (
            <>
              <Menu.Item leftSection={<IconKey size={16} aria-hidden />} onClick={() => setOpen('password')}>
                {t('password.change')}
              </Menu.Item>
              <Menu.Item leftSection={<IconShieldLock size={16} aria-hidden />} onClick={() => setOpen('secondFactor')}>
                {t('secondFactor.title')}
              </Menu.Item>
            </>
          )}
          <Menu.Item leftSection={<IconDevices size={16} aria-hidden />} onClick={() => setOpen('sessions')}>
            {t('sessions.title')}
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => leave.mutate()}>
            {t('shell.signOut')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
