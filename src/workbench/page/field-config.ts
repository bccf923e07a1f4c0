/**
 * Grafana keeps its standard field options and editors in its core, not in its packages. Without them a panel's units,
 * colours, names and limits are ignored, so the workbench registers the same ids with the packages' own processors.
 */
import {
  type FieldConfigPropertyItem,
  FieldConfigProperty,
  type PanelPlugin,
  dataLinksOverrideProcessor,
  booleanOverrideProcessor,
  displayNameOverrideProcessor,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
  stringOverrideProcessor,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from '@grafana/data';

const NO_EDITOR = (): null => null;

/** Editor kinds that option builders of panels may name; nothing is edited here. */
const EDITORS =
  'text number slider boolean select radio multi-select strings timezone field-color color unit mappings thresholds stats-picker links actions dashboard-uid field-name';

type Processor = FieldConfigPropertyItem['process'];

const STANDARD: ReadonlyArray<readonly [FieldConfigProperty, Processor]> = [
  [FieldConfigProperty.DisplayName, displayNameOverrideProcessor],
  [FieldConfigProperty.Unit, unitOverrideProcessor],
  [FieldConfigProperty.Min, numberOverrideProcessor],
  [FieldConfigProperty.Max, numberOverrideProcessor],
  [FieldConfigProperty.Decimals, numberOverrideProcessor],
  [FieldConfigProperty.NoValue, stringOverrideProcessor],
  [FieldConfigProperty.Color, identityOverrideProcessor],
  [FieldConfigProperty.Thresholds, thresholdsOverrideProcessor],
  [FieldConfigProperty.Mappings, valueMappingsOverrideProcessor],
  [FieldConfigProperty.Links, dataLinksOverrideProcessor],
  [FieldConfigProperty.Filterable, booleanOverrideProcessor],
];

function standardItem(id: FieldConfigProperty, process: Processor): FieldConfigPropertyItem {
  return {
    id,
    path: id,
    name: id,
    editor: NO_EDITOR,
    override: NO_EDITOR,
    process,
    shouldApply: () => true,
    ...(id === FieldConfigProperty.Thresholds
      ? { defaultValue: { mode: 'absolute', steps: [{ value: -Infinity, color: 'green' }] } }
      : {}),
    ...(id === FieldConfigProperty.Mappings ? { defaultValue: [] } : {}),
    ...(id === FieldConfigProperty.Color ? { defaultValue: { mode: 'thresholds' } } : {}),
  };
}

export function registerStandards(): void {
  standardEditorsRegistry.setInit(() => EDITORS.split(' ').map((id) => ({ id, name: id, editor: NO_EDITOR })));
  standardFieldConfigEditorRegistry.setInit(() => STANDARD.map(([id, process]) => standardItem(id, process)));
  standardTransformersRegistry.setInit(() =>
    Object.values(standardTransformers).map((transformation) => ({
      id: transformation.id,
      name: transformation.name,
      transformation: () => Promise.resolve(transformation),
      editor: NO_EDITOR,
      imageDark: '',
      imageLight: '',
    }))
  );
}

/** Lets custom options of a panel kind (stacking, fill, width, ...) pass from dashboard and frame to the field. */
export function withCustomOptions<O, F extends object>(
  panel: PanelPlugin<O, F>,
  defaults: Readonly<Record<string, unknown>>,
  colorMode: string
): PanelPlugin<O, F> {
  return panel.useFieldConfig({
    standardOptions: { [FieldConfigProperty.Color]: { defaultValue: { mode: colorMode } as never } },
    useCustomConfig: (builder) => {
      for (const [id, defaultValue] of Object.entries(defaults)) {
        builder.addCustomEditor({
          id,
          path: id as never,
          name: id,
          editor: NO_EDITOR,
          override: NO_EDITOR,
          process: identityOverrideProcessor,
          shouldApply: () => true,
          defaultValue: defaultValue as never,
        });
      }
    },
  });
}
