import { Menu } from '@mantine/core';
import { cloneElement, type ReactElement, type ReactNode, useState } from 'react';

interface Target {
  readonly onClick?: () => void;
  readonly 'aria-haspopup'?: 'menu';
  readonly 'aria-expanded'?: boolean;
}

/** A menu that costs nothing until its button is pressed: lists have two of them in each of a hundred rows. */
export function LazyMenu(props: { readonly target: ReactElement<Target>; readonly children: () => ReactNode }) {
  const { target, children } = props;
  const [isUsed, setUsed] = useState(false);
  if (!isUsed) {
    const open = () => setUsed(true);
    return cloneElement(target, { onClick: open, 'aria-haspopup': 'menu', 'aria-expanded': false });
  }
  return (
    <Menu position="bottom-end" withinPortal defaultOpened>
      <Menu.Target>{target}</Menu.Target>
      <Menu.Dropdown>{children()}</Menu.Dropdown>
    </Menu>
  );
}
