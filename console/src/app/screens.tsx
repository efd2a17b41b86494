import { Center, Loader } from '@mantine/core';
import { type ComponentType, lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Route, Switch } from 'wouter';
import { EmptyState } from '../ui/empty-state.js';
import { useMay } from './session-context.js';

/** Each screen is a file of its own that is read when it is opened; that of the address while the session is read. */
function screen<Name extends string>(read: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return lazy(async () => ({ default: (await read())[name] }));
}

const Dashboard = screen(() => import('../pages/dashboard/dashboard.js'), 'Dashboard');
const Sources = screen(() => import('../pages/sources/sources.js'), 'Sources');
const AddSource = screen(() => import('../pages/source-form/add-source.js'), 'AddSource');
const ConfigureSource = screen(() => import('../pages/source-form/configure-source.js'), 'ConfigureSource');
const Tasks = screen(() => import('../pages/tasks/tasks.js'), 'Tasks');
const Task = screen(() => import('../pages/task/task.js'), 'Task');
const People = screen(() => import('../pages/people/people.js'), 'People');
const Person = screen(() => import('../pages/people/person.js'), 'Person');
const Departments = screen(() => import('../pages/departments/departments.js'), 'Departments');
const Keys = screen(() => import('../pages/keys/keys.js'), 'Keys');
const Audit = screen(() => import('../pages/audit/audit.js'), 'Audit');

/** The screen of the address. */
export function Screens() {
  const { t } = useTranslation();
  const isAdmin = useMay('admin');
  const waiting = (
    <Center h={240}>
      <Loader role="status" aria-label={t('common.loading')} />
    </Center>
  );
  return (
    <Suspense fallback={waiting}>
      <Switch>
        <Route path="/" component={Dashboard} />
        <Route path="/sources" component={Sources} />
        {isAdmin && <Route path="/sources/new" component={AddSource} />}
        {isAdmin && <Route path="/sources/:name" component={ConfigureSource} />}
        <Route path="/sources/:name/tasks" component={Tasks} />
        <Route path="/tasks" component={Tasks} />
        <Route path="/tasks/:id" component={Task} />
        <Route path="/people" component={People} />
        <Route path="/people/:id" component={Person} />
        <Route path="/departments" component={Departments} />
        <Route path="/departments/:id" component={Departments} />
        {isAdmin && <Route path="/keys" component={Keys} />}
        {isAdmin && <Route path="/audit" component={Audit} />}
        <Route>
          <EmptyState title={t('common.nothingHere')} text={t('common.nothingHereText')} />
        </Route>
      </Switch>
    </Suspense>
  );
}
