/** Runs one panel's queries and tells the panel how far they are. */
import { type DataQueryRequest, type DataQueryResponse, LoadingState, type PanelData } from '@grafana/data';
import { type getRunRequest, toDataQueryError } from '@grafana/runtime';
import { type Observable, catchError, defer, from, map, merge, of, share, takeUntil, timer } from 'rxjs';

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

const LOADING_AFTER_MS = 200;

export const runRequest: RunRequest = (dataSource, request, queryFunction) => {
  const loading: PanelData = { state: LoadingState.Loading, series: [], timeRange: request.range, request };
  const answers: Observable<DataQueryResponse> = defer(() =>
    from(queryFunction ? queryFunction(request) : dataSource.query(request))
  );
  const answer$ = answers.pipe(
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
    share()
  );
  // Like Grafana: a quick answer is never preceded by an empty one, which would make annotations flicker.
  return merge(
    timer(LOADING_AFTER_MS).pipe(
      map(() => loading),
      takeUntil(answer$)
    ),
    answer$
  );
};
