/**
 * "Keep as incident": a plateau becomes an annotation of Grafana's own, written with the user's own rights. The link
 * stands in a column of its own, because a link of a table cell is the one thing to click that core panels of all
 * versions offer. Kept for the whole organization, so that every dashboard can show it by its tags.
 */
import { AppEvents, FieldType, type DataFrame, type DataLink, type Field } from '@grafana/data';
import { getAppEvents, getBackendSrv } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';

export const INCIDENT_TAG = 'incident';
export const KEEP_COLUMN = 'keep';
const LABEL = 'Keep as incident';

export interface Incident {
  readonly time: number;
  readonly timeEnd: number;
  readonly text: string;
  readonly tags: readonly string[];
}

type Say = (kind: 'alertSuccess' | 'alertWarning' | 'alertError', title: string, text: string) => void;

const say: Say = (kind, title, text) => getAppEvents().publish({ type: AppEvents[kind].name, payload: [title, text] });

/** Kept since the page was loaded: a second click writes no second annotation. */
const kept = new Set<string>();

/** @returns null when the row is not in the frame */
export function incidentOf(frame: DataFrame, id: string): Incident | null {
  const column = (name: string): readonly unknown[] => frame.fields.find((field) => field.name === name)?.values ?? [];
  const row = column('id').indexOf(id);
  if (row < 0) return null;
  const at = (name: string): unknown => column(name)[row];
  const text = (name: string): string => (typeof at(name) === 'string' ? String(at(name)) : '');
  const tags = text('tags')
    .split(',')
    .filter((tag) => tag !== '');
  return {
    time: Number(at('time')),
    timeEnd: Number(at('timeEnd')),
    text: `${text('title')}: ${text('process')}\n${text('text')}`,
    tags: [INCIDENT_TAG, ...tags],
  };
}

/** Writes the annotation. Never rejects: the outcome is told in Grafana's own way. */
export async function keepIncident(id: string, incident: Incident): Promise<void> {
  if (kept.has(id)) {
    say('alertWarning', 'Already kept', 'This plateau was kept as an incident before.');
    return;
  }
  kept.add(id);
  try {
    await lastValueFrom(
      getBackendSrv().fetch({
        url: '/api/annotations',
        method: 'POST',
        data: incident,
        showErrorAlert: false,
        showSuccessAlert: false,
      })
    );
    say('alertSuccess', 'Kept as incident', `Found by the tags ${incident.tags.join(', ')}.`);
  } catch (error) {
    kept.delete(id);
    say('alertError', 'Not kept', reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  const { status, data } = (error ?? {}) as { status?: number; data?: { message?: string } };
  if (status === 401 || status === 403) {
    return 'Grafana does not let you write annotations. Ask for the Editor role or the permission annotations:create.';
  }
  return data?.message ?? 'Grafana did not take the annotation. Try again.';
}

/** Frames of plateaus get the column; every other frame is returned as it is. */
export function withKeepColumn(frame: DataFrame): DataFrame {
  const names = frame.fields.map((field) => field.name);
  if (!['id', 'time', 'timeEnd', 'title', 'text', 'tags'].every((name) => names.includes(name))) return frame;
  const link: DataLink = {
    title: LABEL,
    url: '',
    onClick: ({ replaceVariables }) => {
      const id = replaceVariables?.('${__data.fields.id}') ?? '';
      const incident = incidentOf(frame, id);
      if (incident) void keepIncident(id, incident);
      else say('alertError', 'Not kept', 'This view does not tell which row was clicked. Use the table of plateaus.');
    },
  };
  const column: Field = {
    name: KEEP_COLUMN,
    type: FieldType.string,
    config: { displayName: 'Incident', links: [link] },
    values: Array.from({ length: frame.length }, () => LABEL),
  };
  return { ...frame, fields: [...frame.fields, column] };
}
