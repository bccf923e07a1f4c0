/** Of React Router 5 the page needs the outermost component alone; its package brings no types. */
declare module 'react-router-dom' {
  import type { FunctionComponent, PropsWithChildren } from 'react';

  export const Router: FunctionComponent<PropsWithChildren<{ readonly history: unknown }>>;
}
