/** One switch per annotation query, as in a dashboard of Grafana; scenes alone shows one for the whole set. */
import {
  SceneDataLayerSet,
  type SceneDataLayerProvider,
  SceneObjectBase,
  type SceneObjectState,
} from '@grafana/scenes';
import { InlineSwitch } from '@grafana/ui';
import React from 'react';

interface State extends SceneObjectState {
  readonly set: SceneDataLayerSet;
}

export class LayerSwitches extends SceneObjectBase<State> {
  static Component = LayerSwitchesView;
}

function LayerSwitchesView({ model }: { model: LayerSwitches }) {
  const { layers } = model.state.set.useState();
  return layers.map((layer) => <LayerSwitch key={layer.state.key} layer={layer} />);
}

function LayerSwitch({ layer }: { layer: SceneDataLayerProvider }) {
  const { isEnabled, isHidden, name, key } = layer.useState();
  if (isHidden) return null;
  return (
    <InlineSwitch
      id={`layer-${key}`}
      label={name}
      showLabel
      value={isEnabled ?? false}
      onChange={({ currentTarget }) => layer.setState({ isEnabled: currentTarget.checked })}
    />
  );
}
