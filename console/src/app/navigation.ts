import {
  IconBuilding,
  IconDatabase,
  IconHistory,
  IconKey,
  IconLayoutDashboard,
  IconListCheck,
  IconUsers,
} from '@tabler/icons-react';
import type { Role } from '../api/types.js';

/** The screens, in the order of the menu. */
export const SCREENS = [
  { path: '/', name: 'dashboard', icon: IconLayoutDashboard, role: 'viewer' },
  { path: '/sources', name: 'sources', icon: IconDatabase, role: 'viewer' },
  { path: '/tasks', name: 'tasks', icon: IconListCheck, role: 'viewer' },
  { path: '/people', name: 'people', icon: IconUsers, role: 'viewer' },
  { path: '/departments', name: 'departments', icon: IconBuilding, role: 'viewer' },
  { path: '/keys', name: 'keys', icon: IconKey, role: 'admin' },
  { path: '/audit', name: 'audit', icon: IconHistory, role: 'admin' },
] as const satisfies readonly { readonly path: string; readonly role: Role; readonly name: string; icon: unknown }[];
