/**
 * Colours by theme. The backend cannot know the theme and writes colours that are readable on both; here each field
 * that carries a `category` label gets the colour made for the theme in force.
 */
import { FieldColorModeId, type DataFrame, type Field, type GrafanaTheme2 } from '@grafana/data';
import { CATEGORIES, CATEGORY_STYLES, type Category } from '../core/attribution/categories';
import { shade } from './shade';

/** Fields outside the stack, by name: they are drawn in the strongest colour of the theme. */
const OUTSIDE_THE_STACK: readonly string[] = ['virtual', 'resident'];

function categoryOf(field: Field): Category | undefined {
  return CATEGORIES.find((category) => category === field.labels?.category);
}

function coloured(field: Field, fixedColor: string): Field {
  return { ...field, config: { ...field.config, color: { mode: FieldColorModeId.Fixed, fixedColor } } };
}

/** The same frame with the theme's colours; values and everything else are shared with the original. */
export function recolourFrame(frame: DataFrame, theme: GrafanaTheme2): DataFrame {
  const regionsSeen = new Map<Category, number>();
  const fields = frame.fields.map((field) => {
    const category = categoryOf(field);
    if (category !== undefined) {
      const base = CATEGORY_STYLES[category][theme.isDark ? 'dark' : 'light'];
      if (!field.labels?.region) return coloured(field, base);
      const index = regionsSeen.get(category) ?? 0;
      regionsSeen.set(category, index + 1);
      return coloured(field, shade(base, index));
    }
    return OUTSIDE_THE_STACK.includes(field.name) && field.config.color !== undefined
      ? coloured(field, theme.colors.text.maxContrast)
      : field;
  });
  return { ...frame, fields };
}
