import { Anchor } from '@mantine/core';
import { Link } from 'wouter';

/** A source's name that leads to its tasks. */
export function SourceLink({ name }: { readonly name: string }) {
  return (
    <Anchor component={Link} href={`/sources/${name}/tasks`} size="sm">
      {name}
    </Anchor>
  );
}
