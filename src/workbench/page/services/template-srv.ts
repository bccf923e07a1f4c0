/** Variables in queries: answered by the scene that sends the query, or by the one that is shown. */
import type { ScopedVars, TypedVariableModel } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';
import { type SceneObject, sceneGraph } from '@grafana/scenes';

declare global {
  interface Window {
    __grafanaSceneContext?: SceneObject;
  }
}

const TEMPLATE = /\$(\w+)|\[\[\w+?(?::\w+)?\]\]|\$\{\w+(?:\.[^:^}]+)?(?::[^}]+)?\}/;

function sceneOf(scopedVars: ScopedVars | undefined): SceneObject | undefined {
  const holder = scopedVars?.__sceneObject?.value as { valueOf(): SceneObject } | undefined;
  return holder?.valueOf() ?? window.__grafanaSceneContext;
}

export function createTemplateSrv(): TemplateSrv {
  return {
    getVariables: () => {
      const scene = window.__grafanaSceneContext;
      if (!scene) return [];
      const { variables } = sceneGraph.getVariables(scene).state;
      return variables.map(({ state }) => ({ ...state, id: state.name }) as unknown as TypedVariableModel);
    },
    replace: (target = '', scopedVars, format) => {
      const scene = sceneOf(scopedVars);
      const type = format as Parameters<typeof sceneGraph.interpolate>[3];
      return scene ? sceneGraph.interpolate(scene, target, scopedVars, type) : target;
    },
    containsTemplate: (target = '') => TEMPLATE.test(target),
    updateTimeRange: () => undefined,
  };
}
