/**
 * Which events a Trigger wants (knative eventing 1.23, pkg/eventfilter). Pure.
 *
 * Filters see attributes only, never data.
 */

/** The dialects of `spec.filters`, one per filter. The list itself means "all of them". */
export type Filter =
  | { exact: Record<string, string> }
  | { prefix: Record<string, string> }
  | { suffix: Record<string, string> }
  | { all: Filter[] }
  | { any: Filter[] }
  | { not: Filter };

/** What a Trigger filters by: `filters` where there are any, else the older `filter.attributes`, else nothing. */
export interface TriggerFilter {
  filters: Filter[];
  /** Equal values; `""` means the attribute must be there, with whatever value. */
  attributes: Record<string, string>;
}

/** Core attributes count as there with an empty value when an event leaves them out; extensions do not. */
const OPTIONAL_CORE = new Set(["subject", "time", "dataschema", "datacontenttype"]);

export function wants(trigger: TriggerFilter, event: Record<string, string>): boolean {
  if (trigger.filters.length > 0) return trigger.filters.every((filter) => passes(filter, event));
  return Object.entries(trigger.attributes).every(([name, wanted]) => {
    const value = lookUp(event, name);
    return wanted === "" ? value !== undefined && value !== "" : value === wanted;
  });
}

export function passes(filter: Filter, event: Record<string, string>): boolean {
  if ("exact" in filter) return matches(filter.exact, event, (value, wanted) => value === wanted);
  if ("prefix" in filter) return matches(filter.prefix, event, (value, wanted) => value.startsWith(wanted));
  if ("suffix" in filter) return matches(filter.suffix, event, (value, wanted) => value.endsWith(wanted));
  if ("all" in filter) return filter.all.every((inner) => passes(inner, event));
  if ("any" in filter) return filter.any.some((inner) => passes(inner, event));
  return !passes(filter.not, event);
}

function matches(
  wanted: Record<string, string>,
  event: Record<string, string>,
  equal: (value: string, wanted: string) => boolean,
): boolean {
  return Object.entries(wanted).every(([name, text]) => {
    const value = lookUp(event, name);
    return value !== undefined && equal(value, text);
  });
}

function lookUp(event: Record<string, string>, name: string): string | undefined {
  if (Object.hasOwn(event, name)) return event[name];
  return OPTIONAL_CORE.has(name) ? "" : undefined;
}
