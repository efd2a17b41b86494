import { Center, Loader } from '@mantine/core';
import { type ComponentType, lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Route, Switch } from 'wouter';
import { EmptyState } from '../parts/empty-state.js';
import { useMay } from './session-context.js';

/** Each screen is a file of its own that is read when it is opened; that of the address while the session is read. */
function screen<Name extends string>(read: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return lazy(async () => ({ default: (await read())[name] }));
}

const Dashboard = screen(() => import('../screens/dashboard/dashboard.js'), 'Dashboard');
const Sources = screen(() => import('../screens/sources/sources.js'), 'Sources');
const AddSource = screen(() => import('../screens/source-form/add-source.js'), 'AddSource');
const ConfigureSource = screen(() => import('../screens/source-form/configure-source.js'), 'ConfigureSource');
const Tasks = screen(() => import('../screens/tasks/tasks.js'), 'Tasks');
const Task = screen(() => import('../screens/task/task.js'), 'Task');
const People = screen(() => import('../screens/people/people.js'), 'People');
const Person = screen(() => import('../screens/people/person.js'), 'Person');
const Departments = screen(() => import('../screens/departments/departments.js'), 'Departments');
const Keys = screen(() => import('../screens/keys/keys.js'), 'Keys');
const Audit = screen(() => import('../screens/audit/audit.js'), 'Audit');

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
