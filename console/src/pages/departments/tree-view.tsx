import { Card, Loader, Text, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../i18n/format.js';
import type { TreeRow } from './tree-rows.js';

const ROW_PX = 36;

interface TreeViewProps {
  readonly rows: readonly TreeRow[];
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
  readonly onOpen: (id: string, isOpen: boolean) => void;
  readonly onMore: (parent: string | null) => void;
}

/** The open part of the tree; only the lines in sight are drawn. Arrow keys walk, open and close. */
export function TreeView(props: TreeViewProps) {
  const { rows, selected, onSelect, onOpen, onMore } = props;
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  // eslint-disable-next-line react-hooks/incompatible-library -- the compiler that would stumble over it is not used
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    for (const row of rows.slice(0, lastShown + 1)) if (row.sort === 'more') onMore(row.parent);
  }, [rows, lastShown, onMore]);
  return (
    <Card padding={0} ref={scroller} style={{ height: 'min(70vh, 720px)', overflow: 'auto' }}>
      <div
        role="tree"
        tabIndex={0}
        aria-label={t('nav.departments')}
        aria-activedescendant={rows[at] ? rowId(at) : undefined}
        onKeyDown={walk}
        style={{ height: virtual.getTotalSize(), position: 'relative' }}
      >
        {items.map(({ index, start }) => (
          <div
            key={index}
            role="presentation"
            style={{ position: 'absolute', top: 0, width: '100%', height: ROW_PX, transform: `translateY(${start}px)` }}
          >
            <Row row={rows[index]!} index={index} isAt={index === at} selected={selected} act={act} />
          </div>
        ))}
      </div>
    </Card>
  );

  function act(index: number, action: 'select' | 'toggle'): void {
    const row = rows[index];
    setAt(index);
    if (row?.sort !== 'node') return;
    if (action === 'toggle') onOpen(row.node.id, !row.isOpen);
    else onSelect(row.node.id);
  }

  function go(index: number): void {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setAt(next);
    virtual.scrollToIndex(next);
  }

  function walk(event: KeyboardEvent): void {
    const row = rows[at];
    const keys: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () =>
        row?.sort === 'node' && !row.node.isLeaf && (row.isOpen ? go(at + 1) : onOpen(row.node.id, true)),
      ArrowLeft: () => row?.sort === 'node' && (row.isOpen ? onOpen(row.node.id, false) : go(parentOf(rows, at))),
      Enter: () => act(at, 'select'),
      ' ': () => act(at, 'select'),
    };
    const move = keys[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  }
}

const rowId = (index: number) => `tree-row-${index}`;

/** The line of the parent: the nearest above with a smaller level. */
function parentOf(rows: readonly TreeRow[], at: number): number {
  const level = rows[at]?.level ?? 1;
  for (let index = at - 1; index >= 0; index -= 1) if ((rows[index]?.level ?? 0) < level) return index;
  return at;
}

function Row(props: {
  readonly row: TreeRow;
  readonly index: number;
  readonly isAt: boolean;
  readonly selected: string | null;
  readonly act: (index: number, action: 'select' | 'toggle') => void;
}) {
  const { row, index, isAt, selected, act } = props;
  const { t } = useTranslation();
  const indent = { paddingLeft: 8 + (row.level - 1) * 20 };
  if (row.sort !== 'node') {
    return (
      <div
        className="tree-row"
        style={indent}
        role="treeitem"
        aria-level={row.level}
        id={rowId(index)}
        aria-selected={false}
      >
        <Loader size={14} aria-label={t('common.loading')} />
      </div>
    );
  }
  const { node, isOpen, level, position, siblings } = row;
  return (
    <div
      id={rowId(index)}
      role="treeitem"
      aria-level={level}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-selected={node.id === selected}
      {...(node.isLeaf ? {} : { 'aria-expanded': isOpen })}
      className={`tree-row${isAt ? ' tree-row-at' : ''}${node.id === selected ? ' tree-row-selected' : ''}`}
      style={indent}
      onClick={() => act(index, 'select')}
    >
      <UnstyledButton
        tabIndex={-1}
        aria-hidden
        className="tree-toggle"
        style={{ visibility: node.isLeaf ? 'hidden' : 'visible' }}
        onClick={(event) => {
          event.stopPropagation();
          act(index, 'toggle');
        }}
      >
        <IconChevronRight size={15} style={{ rotate: isOpen ? '90deg' : '0deg' }} />
      </UnstyledButton>
      <Text size="sm" truncate style={{ flex: 1 }} component="span">
        {node.title}
      </Text>
      {node.members > 0 && (
        <Text size="xs" c="dimmed" component="span" title={t('departments.members')}>
          {formatNumber(node.members)}
        </Text>
      )}
    </div>
  );
}
