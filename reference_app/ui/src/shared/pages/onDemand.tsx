import { lazy, Suspense, type ComponentType } from "react";

import { fetched } from "../../relay/code.ts";

const parts = new Set<() => Promise<unknown>>();

/**
 * A part of a page whose code is loaded when it is first shown, or before that when the browser is idle. Nothing
 * stands in its place until then, so it suits what appears over the page: dialogs and menus.
 */
export function onDemand<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const code = () => fetched(load());
  parts.add(code);
  const Loaded = lazy(async () => ({ default: await code() }));
  function Part(props: P) {
    return (
      <Suspense fallback={null}>
        <Loaded {...props} />
      </Suspense>
    );
  }
  return Part;
}

/** Loads the code of all parts of the pages that are loaded. */
export function preloadParts(): void {
  for (const load of parts) load().catch(() => undefined); // Showing it loads it again and reports a failure.
}
