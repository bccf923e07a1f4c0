import { useTheme2 } from '@grafana/ui';
import React from 'react';

/** One sentence in the middle of a panel that has nothing to draw. */
export function PanelMessage({ text }: { text: string }) {
  const { colors } = useTheme2();
  return (
    <div style={{ display: 'grid', placeContent: 'center', height: '100%', color: colors.text.secondary }}>{text}</div>
  );
}
