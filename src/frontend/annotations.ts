/** Plateaus as region annotations. Grafana's own mapping does the rest: time, timeEnd, title, text, tags. */
import type { AnnotationQuery, AnnotationSupport } from '@grafana/data';
import { DEFAULT_QUERY } from '../contract/default-query';
import { QueryEditor } from './query/QueryEditor';
import type { PlateauDataQuery } from './types';

const defaults: Partial<PlateauDataQuery> = { ...DEFAULT_QUERY, queryType: 'plateaus' };

/** Typed by shape and not by Grafana's editor props, whose members differ between 10.1 and 13. */
export const annotationSupport: AnnotationSupport<PlateauDataQuery> = {
  getDefaultQuery: () => defaults,
  prepareAnnotation: (json: AnnotationQuery<PlateauDataQuery>) => ({
    ...json,
    target: { ...defaults, refId: 'Anno', ...json.target },
  }),
  QueryEditor,
};
