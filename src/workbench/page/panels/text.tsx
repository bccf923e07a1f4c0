/** Grafana's text panel: Markdown or HTML, both cleaned before they are shown. */
import { type PanelProps, PanelPlugin, renderTextPanelMarkdown, textUtil } from '@grafana/data';
import { RenderUserContentAsHTML } from '@grafana/ui';
import React from 'react';

interface Options {
  mode?: 'markdown' | 'html' | 'code';
  content?: string;
}

function TextPanel({ options, replaceVariables }: PanelProps<Options>) {
  const content = replaceVariables(options.content ?? '', {}, options.mode === 'code' ? 'json' : 'html');
  const html = options.mode === 'html' ? textUtil.sanitizeTextPanelContent(content) : renderTextPanelMarkdown(content);
  return (
    <RenderUserContentAsHTML className="markdown-html" style={{ height: '100%', overflow: 'auto' }} content={html} />
  );
}

export const text = new PanelPlugin<Options>(TextPanel).setPanelOptions(() => undefined);
