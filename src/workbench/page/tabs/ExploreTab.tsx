import type { EmbeddedScene } from '@grafana/scenes';
import React, { useEffect, useState } from 'react';
import type { WorkbenchDataSources } from '../services/data-source-srv';
import { exploreScene } from './explore-scene';

export function ExploreTab({ sources }: { sources: WorkbenchDataSources }) {
  const [scene, setScene] = useState<EmbeddedScene>();
  useEffect(() => {
    void sources.get().then((dataSource) => setScene(exploreScene(dataSource)));
  }, [sources]);
  return (
    <div data-testid="explore" style={{ padding: 16, display: 'flex' }}>
      {scene && <scene.Component model={scene} />}
    </div>
  );
}
