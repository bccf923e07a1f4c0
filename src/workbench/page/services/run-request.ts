/** Runs one panel's queries and tells the panel how far they are. */
import { type DataQueryRequest, type DataQueryResponse, LoadingState, type PanelData } from '@grafana/data';
import { type getRunRequest, toDataQueryError } from '@grafana/runtime';
import { type Observable, catchError, defer, from, map, of, startWith } from 'rxjs';

type RunRequest = ReturnType<typeof getRunRequest>;

function answered(request: DataQueryRequest, answer: DataQueryResponse): PanelData {
  const errors = answer.errors ?? (answer.error ? [answer.error] : []);
  const failed = errors.length > 0 || answer.state === LoadingState.Error;
  return {
    state: failed ? LoadingState.Error : (answer.state ?? LoadingState.Done),
    series: answer.data as PanelData['series'],
    timeRange: request.range,
    request: { ...request, endTime: Date.now() },
    ...(errors.length > 0 ? { errors, error: errors[0] } : {}),
  };
}

export const runRequest: RunRequest = (dataSource, request, queryFunction) => {
  const loading: PanelData = { state: LoadingState.Loading, series: [], timeRange: request.range, request };
  const answers: Observable<DataQueryResponse> = defer(() =>
    from(queryFunction ? queryFunction(request) : dataSource.query(request))
  );
  return answers.pipe(
    map((answer) => answered(request, answer)),
    catchError((reason: unknown) => {
      const error = toDataQueryError(reason as Error);
      const cancelled = (reason as { cancelled?: boolean }).cancelled === true;
      return of({
        ...loading,
        state: cancelled ? LoadingState.Done : LoadingState.Error,
        ...(cancelled ? {} : { error, errors: [error] }),
      });
    }),
    startWith(loading)
  );
};
