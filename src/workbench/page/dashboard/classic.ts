/** The part of Grafana's classic dashboard JSON that the workbench draws. */
import type { AnnotationQuery, DataSourceRef, DataTransformerConfig, FieldConfigSource } from '@grafana/data';
import type { SceneDataQuery } from '@grafana/scenes';

export interface ClassicVariable {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly hide?: number;
  readonly query?: string | (SceneDataQuery & { readonly query?: string });
  readonly datasource?: DataSourceRef | null;
  readonly current?: { readonly value?: string | string[]; readonly text?: string | string[] };
  readonly regex?: string;
  readonly refresh?: number;
  readonly sort?: number;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
}

export interface ClassicPanel {
  readonly id?: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly transparent?: boolean;
  readonly collapsed?: boolean;
  readonly panels?: readonly ClassicPanel[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: DataSourceRef;
  readonly targets?: SceneDataQuery[];
  readonly maxDataPoints?: number;
  readonly interval?: string;
  readonly transformations?: DataTransformerConfig[];
  readonly fieldConfig?: FieldConfigSource;
  readonly options?: Record<string, unknown>;
  readonly pluginVersion?: string;
}

export interface ClassicLink {
  readonly title: string;
  readonly type: 'link' | 'dashboards';
  readonly url?: string;
  readonly tags?: readonly string[];
  readonly includeVars?: boolean;
  readonly keepTime?: boolean;
}

export interface ClassicDashboard {
  readonly uid: string;
  readonly title: string;
  readonly tags?: readonly string[];
  readonly refresh?: string | false;
  readonly graphTooltip?: number;
  readonly links?: readonly ClassicLink[];
  readonly templating?: { readonly list: readonly ClassicVariable[] };
  readonly annotations?: { readonly list: ReadonlyArray<AnnotationQuery & { readonly builtIn?: number }> };
  readonly panels: readonly ClassicPanel[];
}

/** Grafana's own address of a dashboard, so that links between dashboards work here as there. */
export const dashboardUrl = ({ uid }: ClassicDashboard): string => `/d/${uid}`;
