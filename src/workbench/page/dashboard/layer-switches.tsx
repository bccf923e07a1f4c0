/** One switch per annotation query, as in a dashboard of Grafana; scenes alone shows one for the whole set. */
import { type SceneDataLayerProvider, SceneDataLayerSet, SceneObjectBase, sceneGraph } from '@grafana/scenes';
import { InlineSwitch } from '@grafana/ui';
import React from 'react';

export class LayerSwitches extends SceneObjectBase {
  static Component = LayerSwitchesView;
}

function LayerSwitchesView({ model }: { model: LayerSwitches }) {
  const set = sceneGraph.getDataLayers(model, true).find((layer) => layer instanceof SceneDataLayerSet);
  return set?.state.layers.map((layer) => <LayerSwitch key={layer.state.key} layer={layer} />);
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
